"""What does a document of an operator say, and where is it wrong? YAML as nodes that know their line.

`read_document(text, "win_back.yaml")` gives the root as a `Place`; each accessor gives a typed value or raises
DocumentInvalid with file, line, field and what is allowed: `win_back.yaml:3: when.transition.to: unknown value "gone";
allowed: active, dormant, lost`. Aliases, deep nesting and doubled keys are refused: a document is a plain tree.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import yaml

from common.errors import Malformed

MOST_CHARACTERS: Final = 65_536
MOST_LEVELS: Final = 24
_DURATION: Final = re.compile(r"([0-9]{1,5})(d|h|m)")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


class DocumentInvalid(Malformed):
    """The document breaks a rule; nothing of it takes effect."""

    code = "document_invalid"

    def __init__(self, *, file: str, line: int, field: str, message: str, allowed: Collection[str] = ()) -> None:
        listed = sorted(allowed)
        hint = f"; allowed: {', '.join(listed)}" if listed else ""
        place = f"{file}:{line}: {field}: " if field else f"{file}:{line}: "
        pointer = "".join(f"/{part}" for part in field.split(".")) if field else ""
        super().__init__(f"{place}{message}{hint}", file=file, line=line, field=field, allowed=listed, pointer=pointer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One node of a document. Lines count from 1; `field` is the path from the root, such as `do.0.message`."""

    file: str
    field: str
    line: int
    node: yaml.Node

    def invalid(self, message: str, allowed: Collection[str] = ()) -> DocumentInvalid:
        """The error to raise about this place."""
        return DocumentInvalid(file=self.file, line=self.line, field=self.field, message=message, allowed=allowed)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def members(self) -> dict[str, "Place"]:
        """Name -> place of a mapping."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.invalid("must be a mapping")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            field = f"{self.field}.{name}" if self.field else name
            inner = Place(file=self.file, field=field, line=_line(key), node=value)
            if not isinstance(key, yaml.ScalarNode) or name in found:
                raise inner.invalid("a member is named once, by a plain name")
            found[name] = inner
        return found

    def mapping(self, *, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, "Place"]:
        """A mapping of known members, with the required ones."""
        found = self.members()
        for name, inner in found.items():
            if name not in allowed:
                raise inner.invalid("unknown member", allowed)
        for name in required:
            if name not in found:
                raise self.invalid(f"`{name}` is missing", required)
        return found

    def items(self, *, least: int = 1, most: int = 100) -> list["Place"]:
        """The places of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.invalid("must be a list")
        if not least <= len(self.node.value) <= most:
            raise self.invalid(f"must hold {least} to {most} items")
        return [
            Place(file=self.file, field=f"{self.field}.{at}" if self.field else str(at), line=_line(node), node=node)
            for at, node in enumerate(self.node.value)
        ]

    def scalar(self) -> Any:
        """A text, number, flag, day or None, as YAML reads it."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.invalid("must be one value")
        try:
            return yaml.constructor.SafeConstructor().construct_object(self.node)
        except (yaml.YAMLError, ValueError) as err:
            raise self.invalid(f"unreadable value {self.node.value!r}") from err

    def text(self, *, allowed: Collection[str] = (), pattern: str | None = None) -> str:
        """A text, one of `allowed` or matching `pattern` where given."""
        value = self.scalar()
        if not isinstance(value, str):
            raise self.invalid(f"must be a text, not {self.node.value!r}", allowed)
        if not value.isprintable():
            raise self.invalid(f"holds what cannot be printed: {value!r}")
        if allowed and value not in allowed:
            raise self.invalid(f"unknown value {value!r}", allowed)
        if pattern is not None and re.fullmatch(pattern, value) is None:
            raise self.invalid(f"{value!r} must match {pattern}")
        return value

    def texts(self, *, allowed: Collection[str] = (), pattern: str | None = None) -> tuple[str, ...]:
        """A list of different texts."""
        found = tuple(item.text(allowed=allowed, pattern=pattern) for item in self.items())
        if len(set(found)) < len(found):
            raise self.invalid("names something twice")
        return found

    def flag(self) -> bool:
        value = self.scalar()
        if not isinstance(value, bool):
            raise self.invalid(f"must be true or false, not {self.node.value!r}", ("true", "false"))
        return value

    def integer(self, *, least: int, most: int) -> int:
        value = self.scalar()
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.invalid(f"must be a whole number from {least} to {most}, not {self.node.value!r}")
        return value

    def number(self, *, least: float | None = None, most: float | None = None) -> float:
        value = self.scalar()
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.invalid(f"must be a number, not {self.node.value!r}")
        if (least is not None and not value >= least) or (most is not None and not value <= most):
            raise self.invalid(f"must be a number from {least} to {most}, not {self.node.value!r}")
        return value

    def share(self, *, most: float = 1.0) -> float:
        """`10%` or 0.1."""
        value = self.scalar()
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?%", value):
            value = float(value[:-1]) / 100
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.invalid(f"must be a share from 0% to {most:.0%}, not {self.node.value!r}")
        return float(value)

    def duration(self) -> timedelta:
        """`7d`, `4h` or `30m`."""
        value = self.scalar()
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.invalid(f"must be a duration, not {self.node.value!r}", ("7d", "4h", "30m"))
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes; no aliases, and no deeper than a document needs."""

    levels = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", self.get_mark())
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise yaml.composer.ComposerError(None, None, "nested too deep", self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.levels -= 1
        return node


def read_document(text: str, file: str) -> Place:
    """The root of a YAML (or JSON) text. Raises DocumentInvalid."""
    if len(text) > MOST_CHARACTERS:
        raise DocumentInvalid(file=file, line=1, field="", message=f"longer than {MOST_CHARACTERS} characters")
    loader: _PlainLoader | None = None
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        problem = getattr(err, "problem", None) or str(err)
        raise DocumentInvalid(file=file, line=line, field="", message=f"no YAML: {problem}") from err
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise DocumentInvalid(file=file, line=1, field="", message="is empty")
    return Place(file=file, field="", line=_line(node), node=node)


def _line(node: yaml.Node) -> int:
    return 1 if node.start_mark is None else node.start_mark.line + 1


def one_of(place: Place, names: Sequence[str]) -> tuple[str, Place]:
    """The one member of a mapping that must have exactly one, of some names."""
    found = place.mapping(allowed=names)
    if len(found) != 1:
        raise place.invalid("must name exactly one", names)
    return next(iter(found.items()))
