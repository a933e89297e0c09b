"""How do the messages of a whole batch become JSON? Column by column into the places of one template, at less than half
the cost of encoding card after card; the field names and their order are the domain's (Cards.fields)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, compress, groupby, repeat
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from uuid_utils import uuid7

from scoring.domain.card import Cards, Same
from scoring.domain.changes import changes, reasons

SOURCE: Final = "guanxi.scoring"
MOST_CAUSES: Final = 5
MOST_REASON_EVENTS: Final = 3
_CUT: Final = "/"
_PLACE: Final = b"\n"  # in a template, where a column goes; JSON holds no bare newline

_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines


class Told(Protocol):
    """Whom a message is about and what caused it."""

    customer: str
    cause: str
    caused_by: list[tuple[str, str]]
    traceparent: str | None


class News(NamedTuple):
    """A card that was last published as `last` and is now `now`."""

    told: Told
    last: bytes | None
    now: bytes


class _Name(msgspec.Struct, gc=False, frozen=True):
    source: str
    id: str


def encode_messages(cards: Cards, by_card: Sequence[News | None], *, at: str) -> list[bytes]:
    """The relationship.* events of the cards with news (events.md section 4); `at` is an RFC 3339 instant."""
    news = [one for one in by_card if one is not None]
    if not news:
        return []
    told, last, now = zip(*news, strict=True)
    types, changed, moved = zip(*map(_differences, last, now), strict=True)
    names = [one.caused_by[-MOST_CAUSES:] for one in told]
    events = _lines([[f"{source}/{id_}" for source, id_ in each[-MOST_REASON_EVENTS:]] for each in names])
    customers = _lines([one.customer for one in told])
    columns: list[Iterable[bytes]] = [
        _ids(len(news)),
        types,
        customers,
        [b"" if one.traceparent is None else b',"traceparent":' + _encode(one.traceparent) for one in told],
        _lines([one.cause for one in told]),
        _lines([[_Name(source, id_) for source, id_ in each] for each in names]),
        changed,
        map(bytes.join, events, moved),
        customers,
        *(_lines([*compress(each, by_card)]) for each in cards.fields.values() if not isinstance(each, Same)),
    ]
    literals = (repeat(literal, len(news)) for literal in _template(cards, at).split(_PLACE))
    first = next(literals)
    rest = chain.from_iterable(zip(columns, literals, strict=True))
    return list(map(b"".join, zip(first, *rest, strict=True)))


def _template(cards: Cards, at: str) -> bytes:
    as_of, time = _place(cards, "as_of"), _encode(at)
    return (
        b'{"specversion":"1.0","id":"\n","source":' + _encode(SOURCE) + b',"type":\n,"subject":\n'
        b',"time":' + time + b',"recordedtime":' + time + b',"datacontenttype":"application/json","dataversion":1\n'
        b',"data":{"as_of":' + as_of + b',"cause":\n,"caused_by":\n,"changes":\n,"reasons":\n'
        b',"card":' + _card_template(cards) + b"}}"
    )


def _card_template(cards: Cards) -> bytes:
    parts = []
    for outer, paths in groupby(cards.fields, key=lambda path: path.partition(".")[0]):
        inner = [(path.partition(".")[2], _place(cards, path)) for path in paths]
        if len(inner) == 1 and not inner[0][0]:
            parts.append(_encode(outer) + b":" + inner[0][1])
        else:
            body = b",".join(_encode(name) + b":" + place for name, place in inner)
            parts.append(_encode(outer) + b":{" + body + b"}")
    return b'{"customer":\n,' + b",".join(parts) + b"}"


def _place(cards: Cards, path: str) -> bytes:
    values = cards.fields[path]
    return _encode(values.value) if isinstance(values, Same) else _PLACE


def _ids(number: int) -> Iterable[bytes]:
    """UUIDv7s: one drawn at random, the others counted up from it (RFC 9562, 6.2)."""
    drawn = str(uuid7())
    head, tail = drawn[:24].encode(), int(drawn[24:], 16)
    return (b"%b%012x" % (head, (tail + more) % (1 << 48)) for more in range(number))


def _lines(values: Sequence[Any]) -> list[bytes]:
    """Each value as JSON; mappings are shared and encoded once each."""
    if values and isinstance(values[0], dict):
        encoded = {id_: _encode(value) for id_, value in {id(value): value for value in values}.items()}
        return [encoded[id(value)] for value in values]
    return _encode_lines(values).splitlines()


@lru_cache(maxsize=16384)
def _differences(last: bytes | None, news: bytes) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """The type, the changes as JSON, and the reasons as JSON cut where their events belong; few rows are unlike."""
    moved = changes(last, news)
    found = reasons(last, news, [_CUT])
    type_ = b'"relationship.changed"' if moved else b'"relationship.scored"'
    return type_, _encode(moved), tuple(_encode(found).split(_encode([_CUT])))
