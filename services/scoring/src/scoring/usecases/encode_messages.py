"""How do the messages of a whole batch become JSON? Piece by piece, each piece for all messages at once.

Less than a third of the cost of encoding card after card, and customers whose states are equal share a card; the field
names and their order are the domain's (Cards.fields)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple, Protocol

import msgspec
import numpy as np
from uuid_utils import uuid7

from scoring.domain.card import Cards
from scoring.domain.changes import changes, reasons
from scoring.domain.columns import Columns
from scoring.domain.fields import Few, Same, value_on

SOURCE: Final = "guanxi.scoring"
MOST_CAUSES: Final = 5
MOST_REASON_EVENTS: Final = 3
_CUT: Final = "/"

_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines


class Told(Protocol):
    """Whom a message is about and what caused it."""

    customer: str
    partition: int
    cause: str
    caused_by: list[tuple[str, str]]
    traceparent: str | None


class News(NamedTuple):
    """A card that was last published as `last` and is now `now`; `number`: which of the columns' customers it shows."""

    told: Told
    last: bytes | None
    now: bytes
    number: int


class _Name(msgspec.Struct, gc=False, frozen=True):
    source: str
    id: str


def encode_messages(columns: Columns, news: Sequence[News], *, currency: str, at: str) -> list[bytes]:
    """The relationship.* events (events.md section 4) of all that have news; `at` is an RFC 3339 instant."""
    told, last, now, numbers = zip(*news, strict=True)
    shown, place = np.unique(numbers, return_inverse=True)
    cards = Cards(columns if len(shown) == columns.size else columns.of(shown), currency)
    texts = list(map(b"".join, zip(*_card_pieces(cards), strict=False)))
    types, changed, moved = zip(*map(_differences, last, now), strict=True)
    names = [one.caused_by[-MOST_CAUSES:] for one in told]
    events = _lines([[f"{source}/{id_}" for source, id_ in each[-MOST_REASON_EVENTS:]] for each in names])
    customers = _lines([one.customer for one in told])
    time = _encode(at)
    pieces: list[bytes | Iterable[bytes]] = [
        b'{"specversion":"1.0","id":"',
        _ids(len(news)),
        b'","source":' + _encode(SOURCE) + b',"type":',
        types,
        b',"subject":',
        customers,
        b',"time":' + time + b',"recordedtime":' + time + b',"datacontenttype":"application/json","dataversion":1',
        [b"" if one.traceparent is None else b',"traceparent":' + _encode(one.traceparent) for one in told],
        b',"data":{"as_of":' + _encode(value_on(cards.fields["as_of"], 0)) + b',"cause":',
        _lines([one.cause for one in told]),
        b',"caused_by":',
        _lines([[_Name(source, id_) for source, id_ in each] for each in names]),
        b',"changes":',
        changed,
        b',"reasons":',
        map(bytes.join, events, moved),
        b',"card":{"customer":',
        customers,
        [texts[at] for at in place.tolist()],
    ]
    rows = zip(*[repeat(piece) if isinstance(piece, bytes) else piece for piece in pieces], strict=False)
    return list(map(b"".join, rows))


def _card_pieces(cards: Cards) -> Iterable[Iterable[bytes]]:
    """A message after its card's customer: a column for each field of many values, and one for all between two."""
    between: list[bytes | Few] = []
    for name, field in zip(_names(cards.fields), cards.fields.values(), strict=True):
        between.append(name)
        if isinstance(field, list):
            yield _alike(between)
            yield _lines(field)
            between = []
        else:
            between.append(_encode(field.value) if isinstance(field, Same) else field)
    yield _alike([*between, b"}}}}" if "." in list(cards.fields)[-1] else b"}}}"])


def _names(paths: Iterable[str]) -> Iterable[bytes]:
    """What stands before each field's value: its name, and the brackets of the objects that end and begin there."""
    inside = ""
    for path in paths:
        outer, _, name = path.rpartition(".")
        ends = b"}" if inside and outer != inside else b""
        begins = _encode(outer) + b":{" if outer and outer != inside else b""
        yield ends + b"," + begins + _encode(name) + b":"
        inside = outer


def _alike(parts: Sequence[bytes | Few]) -> Iterable[bytes]:
    """Parts of a card joined; once for all cards that are alike in them."""
    few = [part for part in parts if isinstance(part, Few)]
    if not few:
        return repeat(b"".join(part for part in parts if isinstance(part, bytes)))
    codes = np.ravel_multi_index(tuple(each.codes for each in few), tuple(len(each.values) for each in few))
    _, found, number = np.unique(codes, return_index=True, return_inverse=True)
    texts = [
        b"".join(part if isinstance(part, bytes) else _encode(part.values[part.codes[i]]) for part in parts)
        for i in found.tolist()
    ]
    return [texts[at] for at in number.tolist()]


def _ids(number: int) -> Iterable[bytes]:
    """UUIDv7s: one drawn at random, the others counted up from it (RFC 9562, 6.2)."""
    drawn = str(uuid7())
    head, tail = drawn[:24].encode(), int(drawn[24:], 16)
    return (b"%b%012x" % (head, (tail + more) % (1 << 48)) for more in range(number))


def _lines(values: Sequence[Any]) -> list[bytes]:
    """Each value as JSON."""
    return _encode_lines(values).splitlines()


@lru_cache(maxsize=16384)
def _differences(last: bytes | None, news: bytes) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """The type, the changes as JSON, and the reasons as JSON cut where their events belong; few rows are unlike."""
    moved = changes(last, news)
    found = reasons(last, news, [_CUT])
    type_ = b'"relationship.changed"' if moved else b'"relationship.scored"'
    return type_, _encode(moved), tuple(_encode(found).split(_encode([_CUT])))
