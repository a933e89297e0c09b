"""How is a survey that came by API kept? As YAML, so that a file and an edit are read by the same rules."""

from collections.abc import Mapping
from typing import Any

import yaml


def text_of(survey: Mapping[str, Any]) -> str:
    """The text of a JSON object."""
    return yaml.safe_dump(dict(survey), allow_unicode=True, sort_keys=False, width=1000)


def mapping_of(text: str) -> dict[str, Any]:
    """The JSON object of a text that was read before."""
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396): null deletes, objects merge, everything else replaces."""
    result = {key: value for key, value in old.items() if change.get(key, value) is not None}
    for key, value in change.items():
        if isinstance(value, Mapping):
            before = old.get(key)
            result[key] = merged(before if isinstance(before, Mapping) else {}, value)
        elif value is not None:
            result[key] = value
    return result
