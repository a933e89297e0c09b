"""Is this body JSON that every part of the system can carry, and if not, where is it wrong? (reliability.md D4)

`parse_json` refuses a whole request: no JSON, nested too deep, keyed twice. What only spoils one item (NUL, lone
surrogates, numbers beyond range) is left in and found by `find_flaws`, so that a batch loses no good neighbour.
The fast path costs one decoding and one encoding; the exact path runs only when that hints at trouble.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Final

import msgspec

from common.errors import Malformed

MAX_DEPTH: Final = 32
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1

_FAST_LEVELS: Final = 8
_LONGEST_INT: Final = 40


class NotJson(Malformed):
    """The body is not JSON in UTF-8 (RFC 8259)."""

    code = "not_json"


class TooDeep(Malformed):
    """The body is nested deeper than 32 levels."""

    code = "too_deep"


class KeyedTwice(Malformed):
    """An object names a member twice."""

    code = "keyed_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with one value: `pointer` is a JSON pointer (RFC 6901) safe to print."""

    pointer: str
    code: str
    message: str


class _Twice(dict[str, Any]):
    key: str = ""


class _Constant(str):
    __slots__ = ()


def storable(levels: int) -> Any:  # a type expression, for which Python has no static type
    """The type, for decoders, of JSON values that any store takes (but for NUL), nested at most so deep."""
    scalar = str | Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)] | float | bool | None
    value: Any = scalar
    for _ in range(levels):
        value = scalar | list[value] | dict[str, value]
    return value


_decode_shallow = msgspec.json.Decoder(storable(_FAST_LEVELS)).decode
_encode = msgspec.json.Encoder().encode


def parse_json(body: bytes) -> Any:  # JSON is any value
    """The value of a JSON body. Raises NotJson, TooDeep or KeyedTwice, with line and column or a pointer."""
    return parse_json_warily(body)[0]


def parse_json_warily(body: bytes) -> tuple[Any, bool]:
    """The value, and whether it may hold numbers beyond range or lone surrogates, which encoders lose or refuse."""
    try:
        value = _decode_shallow(body)
        if not _may_repeat_keys(body, value):
            return value, False
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError):
        pass
    return _parse_exactly(body), True


def find_flaws(value: object, pointer: str = "") -> Iterator[Flaw]:
    """What PostgreSQL, Kafka or another service could not carry, place by place; nothing for a clean value."""
    return _flaws_of(value, pointer, 0)


def _may_repeat_keys(body: bytes, value: object) -> bool:
    """A repeated member is dropped by decoding, and its colon is then missing when the value is encoded again.

    A colon inside a string is one colon on both sides, unless it was written as an escape.
    """
    again = _encode(value)
    return again != body and (
        body.count(b":") != again.count(b":") or (b"\\u003" in body and (b"\\u003a" in body or b"\\u003A" in body))
    )


def _parse_exactly(body: bytes) -> Any:  # JSON is any value
    text = _text_of(body)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_Constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJson(
            f"The body is not JSON: {error.msg} at {where}.", line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise _too_deep("") from error
    _refuse_shape(value, "", 0)
    return value


def _text_of(body: bytes) -> str:
    if not body.strip(b" \t\r\n"):
        raise NotJson("The body is empty: send JSON.", line=1, column=1)
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:4]:
        raise NotJson("The body starts with a byte order mark or is UTF-16 or UTF-32: send UTF-8 without a mark.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        column = error.start - body.rfind(b"\n", 0, error.start)
        raise NotJson(f"The body is not UTF-8 at line {line}, byte {column}.", line=line, column=column) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    names = [key for key, _ in pairs]
    twice.key = next(key for place, key in enumerate(names) if key in names[:place])
    return twice


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INT else float("-inf" if digits.startswith("-") else "inf")


def _refuse_shape(value: object, pointer: str, depth: int) -> None:
    if isinstance(value, _Constant):
        raise NotJson(f"{value} at {pointer or 'the top'} is not JSON: send a number or null.", pointer=pointer)
    if isinstance(value, _Twice):
        place = _step(pointer, value.key)
        raise KeyedTwice(f"The body names {place} twice: send each member once.", pointer=place)
    if isinstance(value, (dict, list)):
        if depth == MAX_DEPTH:
            raise _too_deep(pointer)
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, (dict, list, _Constant)):
                _refuse_shape(inner, _step(pointer, key), depth + 1)


def _too_deep(pointer: str) -> TooDeep:
    return TooDeep(f"The body is nested deeper than {MAX_DEPTH} levels: flatten it.", pointer=pointer)


def _flaws_of(value: object, pointer: str, depth: int) -> Iterator[Flaw]:
    if isinstance(value, str):
        yield from _flaws_of_text(value, pointer)
    elif isinstance(value, float):
        if not isfinite(value):
            yield Flaw(pointer=pointer, code="number_out_of_range", message="The number is too large for a double.")
    elif isinstance(value, int):
        if not INT_MIN <= value <= INT_MAX:
            yield Flaw(pointer=pointer, code="number_out_of_range", message="The integer does not fit into 64 bits.")
    elif isinstance(value, (dict, list)):
        if depth == MAX_DEPTH:
            yield Flaw(pointer=pointer, code=TooDeep.code, message=f"Nested deeper than {MAX_DEPTH} levels.")
            return
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            place = _step(pointer, key)
            if isinstance(key, str):
                yield from _flaws_of_text(key, place)
            yield from _flaws_of(inner, place, depth + 1)


def _flaws_of_text(text: str, pointer: str) -> Iterator[Flaw]:
    if "\0" in text:
        yield Flaw(pointer=pointer, code="nul_character", message="The text holds a NUL character (\\u0000).")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        yield Flaw(pointer=pointer, code="lone_surrogate", message="The text holds half of a UTF-16 surrogate pair.")


def _step(pointer: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{pointer}/{key}"
    plain = key.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")
    return f"{pointer}/{plain.replace('~', '~0').replace('/', '~1')}"
