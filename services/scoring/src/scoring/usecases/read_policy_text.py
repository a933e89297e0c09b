"""What does this YAML text say, and in which line does each of its keys stand?

Stricter than YAML: a key that stands twice, an alias, and a text that is no mapping are refused with their line.
"""

from dataclasses import dataclass
from typing import Any, Final

import yaml

from common.errors import Malformed

MOST_CHARACTERS: Final = 200_000
MOST_LEVELS: Final = 24


class PolicyTextUnreadable(Malformed):
    """The text is no YAML mapping; `line` says where, `file` which file where there is one."""

    code = "policy_text_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """A mapping and the lines (from 1) of its keys, by path: `scores.engagement.half_life_days`, `segment.rules[0]`."""

    mapping: dict[str, Any]  # from YAML; checked by whoever reads it
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """The line of a path, or of the nearest key around it: a missing key is told where its section begins."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)


class _StrictLoader(yaml.SafeLoader):
    """No aliases: a short text could stand for an endless one; and no deeper than a policy needs."""

    levels = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if isinstance(self.peek_event(), yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", self.get_mark())
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise yaml.composer.ComposerError(None, None, "nested too deep", self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.levels -= 1
        return node


def read_policy_text(text: str, *, file: str | None = None) -> PolicyText:
    """Read a text; `file` is what refusals call it. Raises PolicyTextUnreadable."""
    if len(text) > MOST_CHARACTERS:
        raise _unreadable(f"is longer than {MOST_CHARACTERS} characters", 1, file)
    lines: dict[str, int] = {}
    try:
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise _unreadable("must hold a mapping", 1, file)
        _walk(node, "", lines, file)
        mapping: dict[str, Any] = loader.construct_document(node)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        problem = getattr(err, "problem", None) or "a character that YAML does not allow"
        raise _unreadable(f"is no YAML: {problem}", 1 if mark is None else mark.line + 1, file) from err
    except (ValueError, OverflowError) as err:  # a date that there is not, say
        raise _unreadable(f"holds a value that there is not: {err}", 1, file) from err
    return PolicyText(mapping=mapping, lines=lines)


def _walk(node: yaml.Node, path: str, lines: dict[str, int], file: str | None) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _unreadable("has a key that is no text", line, file)
            place = f"{path}.{key.value}" if path else str(key.value)
            if place in lines:
                raise _unreadable(f"says {place} twice, first in line {lines[place]}", line, file)
            lines[place] = line
            _walk(value, place, lines, file)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[f"{path}[{number}]"] = item.start_mark.line + 1
            _walk(item, f"{path}[{number}]", lines, file)


def _unreadable(why: str, line: int, file: str | None) -> PolicyTextUnreadable:
    place = {"line": line} if file is None else {"file": file, "line": line}
    return PolicyTextUnreadable(f"{file or 'The policy'}, line {line}: {why}.", **place)
