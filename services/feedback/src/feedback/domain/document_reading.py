"""Is a document that an operator wrote what it should be, and if not, in which file, line and field is it wrong?

Strict: an unknown key, a key twice, a wrong type or a value out of range is refused, with what is allowed. Nothing is
guessed: `yes` is no flag, `2` is no text, a duration has a unit (`5d`, `2h`, `30m`).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import yaml

from common.errors import Malformed

LONGEST_TEXT: Final = 2000
LANGUAGES: Final = ("zh", "en")

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DURATION: Final = re.compile(r"(\d{1,4})([dhm])")
_WHOLE: Final = re.compile(r"\d{1,9}")
_SHARE: Final = re.compile(r"0(\.\d{1,6})?|1(\.0{1,6})?")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}

E = TypeVar("E", bound=StrEnum)


class DocumentInvalid(Malformed):
    """A document breaks a rule; `file`, `line` (in files only), `field` and `allowed` say where and what helps."""

    code = "document_invalid"


class Section:
    """One mapping of a document, read key by key; `finish` refuses what nobody asked for."""

    def __init__(self, node: yaml.Node, *, file: str | None, path: str = "") -> None:
        self._file = file
        self.path = path
        self._node = node
        self._values: dict[str, yaml.Node] = {}
        self._read: list[str] = []
        if not isinstance(node, yaml.MappingNode):
            raise self._invalid("", "must be a mapping", node)
        for key, value in node.value:
            name = str(key.value)
            if name in self._values:
                raise self._invalid(name, "stands twice", key)
            self._values[name] = value

    def has(self, key: str) -> bool:
        return key in self._values and self._values[key].tag != "tag:yaml.org,2002:null"

    def known(self, key: str) -> None:
        """The key may stand here, whether it was read or not."""
        self._read.append(key)

    def text(self, key: str, *, longest: int = LONGEST_TEXT) -> str:
        node = self._take(key)
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str" or not node.value.strip():
            raise self._invalid(key, "must be a text", node)
        if len(node.value) > longest:
            raise self._invalid(key, f"must have at most {longest} characters", node)
        return str(node.value)

    def name(self, key: str) -> str:
        value = self.text(key)
        if not _NAME.fullmatch(value):
            raise self.refuse(key, "must be a name: a small letter, then at most 63 small letters, digits and _")
        return value

    def choice(self, key: str, kind: type[E], *, default: E | None = None) -> E:
        if default is not None and not self.has(key):
            self._read.append(key)
            return default
        return self._chosen(key, self._take(key), kind)

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        return tuple(self._chosen(key, node, kind) for node in self._list(key))

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            self._read.append(key)
            return default
        node = self._take(key)
        is_whole = node.tag == "tag:yaml.org,2002:int" and _WHOLE.fullmatch(str(node.value))
        if not is_whole or not least <= int(node.value) <= most:
            raise self._invalid(key, f"must be a whole number from {least} to {most}", node)
        return int(node.value)

    def share(self, key: str) -> float:
        node = self._take(key)
        if not isinstance(node, yaml.ScalarNode) or not _SHARE.fullmatch(node.value):
            raise self._invalid(key, "must be a number from 0 to 1", node)
        return float(node.value)

    def flag(self, key: str, *, default: bool) -> bool:
        if not self.has(key):
            self._read.append(key)
            return default
        node = self._take(key)
        if node.value not in ("true", "false"):
            raise self._invalid(key, "must be true or false", node, ("true", "false"))
        return bool(node.value == "true")

    def duration(self, key: str, *, default: timedelta) -> timedelta:
        if not self.has(key):
            self._read.append(key)
            return default
        node = self._take(key)
        found = _DURATION.fullmatch(str(node.value))
        if found is None:
            raise self._invalid(key, "must be a duration such as 2d, 5h or 30m", node)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})

    def words(self, key: str) -> dict[str, str]:
        """The same text in every language."""
        section = self.section(key)
        told = {language: section.text(language) for language in LANGUAGES}
        section.finish()
        return told

    def section(self, key: str) -> "Section":
        return Section(self._take(key), file=self._file, path=self._at(key))

    def sections(self, key: str) -> Iterator["Section"]:
        for place, node in enumerate(self._list(key)):
            yield Section(node, file=self._file, path=f"{self._at(key)}/{place}")

    def finish(self) -> None:
        for key, node in self._values.items():
            if key not in self._read:
                raise self._invalid(key, "is not a known key", node, tuple(self._read))

    def refuse(self, key: str, message: str, allowed: Sequence[str] = ()) -> DocumentInvalid:
        """The error of a key whose value is of the right type and still wrong."""
        return self._invalid(key, message, self._values.get(key, self._node), allowed)

    def _take(self, key: str) -> yaml.Node:
        self._read.append(key)
        if not self.has(key):
            raise self._invalid(key, "is missing", self._node)
        return self._values[key]

    def _list(self, key: str) -> Sequence[yaml.Node]:
        node = self._take(key)
        if not isinstance(node, yaml.SequenceNode):
            raise self._invalid(key, "must be a list", node)
        return list(node.value)

    def _chosen(self, key: str, node: yaml.Node, kind: type[E]) -> E:
        allowed = tuple(kind)
        if not isinstance(node.value, str) or node.value not in allowed:
            raise self._invalid(key, "is not one of those allowed", node, allowed)
        return kind(node.value)

    def _at(self, key: str) -> str:
        return f"{self.path}/{key}" if key else self.path

    def _invalid(self, key: str, message: str, node: yaml.Node, allowed: Sequence[str] = ()) -> DocumentInvalid:
        field = self._at(key)
        return _document_invalid(self._file, node.start_mark.line + 1, field, message, allowed)


def read_mapping(text: str, *, file: str | None) -> Section:
    """The document's outermost mapping. `file` is what to call it in errors, None for what came in a request."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _document_invalid(file, line, "", f"is no YAML: {error.problem}", ()) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _document_invalid(file, 1, "", "is no YAML", ()) from error
    if node is None:
        raise _document_invalid(file, 1, "", "is empty", ())
    return Section(node, file=file)


def _document_invalid(file: str | None, line: int, field: str, message: str, allowed: Sequence[str]) -> DocumentInvalid:
    where = field or "the document"
    place = f"{file}, line {line}: {where}" if file else where
    hint = f"; allowed: {', '.join(allowed)}" if allowed else ""
    data: dict[str, Any] = {"file": file, "line": line} if file else {}  # members of a problem
    return DocumentInvalid(f"{place} {message}{hint}.", pointer=field, field=field, allowed=list(allowed), **data)
