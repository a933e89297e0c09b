"""Which keys of two policies differ? Old and new value a key, in the order of the policy."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

ABSENT: Final = "(absent)"

Change = tuple[str, str, str]
"""Path, old value, new value, as text."""


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every leaf that was changed, added or removed; the name of the version itself is no change."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = [*before, *(path for path in after if path not in before)]
    return [
        (path, _text(before, path), _text(after, path))
        for path in paths
        if path != "version" and _text(before, path) != _text(after, path)
    ]


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Mappings and lists of mappings are gone into; a list of values is one value."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    else:
        yield path, value


def _text(leaves: Mapping[str, object], path: str) -> str:
    """Numbers as they compare: 30 and 30.0 are the same."""
    if path not in leaves:
        return ABSENT
    return _shown(leaves[path])


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower() if isinstance(value, bool) else "null"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, list):
        return f"[{', '.join(_shown(each) for each in value)}]"
    return str(value)
