"""How do the messages of a whole batch become JSON? Column by column into one template, at a third of the cost of
encoding card after card; the field names and their order are the domain's (Cards.fields)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, Protocol

import msgspec
from uuid_utils import uuid7

from scoring.domain.card import Cards, Same
from scoring.domain.changes import changes, reasons

SOURCE: Final = "guanxi.scoring"
MOST_CAUSES: Final = 5
MOST_REASON_EVENTS: Final = 3
_CUT: Final = "/"

_encode = msgspec.json.Encoder().encode


class Told(Protocol):
    """Whom a message is about and what caused it."""

    customer: str
    cause: str
    caused_by: list[tuple[str, str]]
    traceparent: str | None


class _Name(msgspec.Struct, gc=False, frozen=True):
    source: str
    id: str


class Messages:
    """relationship.* events of a batch (events.md section 4); `at` is an RFC 3339 instant."""

    def __init__(self, cards: Cards, *, at: str) -> None:
        columns = [_fragments(values) for values in cards.fields.values() if not isinstance(values, Same)]
        self._rows = list(zip(*columns, strict=True))
        self._card = _card_template(cards)
        as_of = cards.fields["as_of"]
        self._head = b'{"specversion":"1.0","id":"%b","source":' + _literal(SOURCE) + b',"type":%b,"subject":%b'
        self._head += b',"time":' + _literal(at) + b',"recordedtime":' + _literal(at)
        self._head += b',"datacontenttype":"application/json","dataversion":1%b,"data":{"as_of":'
        self._head += _literal(as_of.value if isinstance(as_of, Same) else None)
        self._head += b',"cause":%b,"caused_by":%b,"changes":%b,"reasons":%b,"card":%b}}'

    def message(self, i: int, told: Told, last: bytes | None, news: bytes) -> bytes:
        """The message about card `i`, which was last published as `last` and is now `news`."""
        type_, changed, moved = _differences(last, news)
        names = told.caused_by[-MOST_CAUSES:]
        events = _encode([f"{source}/{id_}" for source, id_ in names[-MOST_REASON_EVENTS:]])
        customer = _encode(told.customer)
        return self._head % (
            str(uuid7()).encode(),
            type_,
            customer,
            b"" if told.traceparent is None else b',"traceparent":' + _encode(told.traceparent),
            _encode(told.cause),
            _encode([_Name(source, id_) for source, id_ in names]),
            changed,
            events.join(moved),
            self._card % (customer, *self._rows[i]),
        )


def _card_template(cards: Cards) -> bytes:
    """A card with `%b` for the customer and for each field that is not the same on all."""
    parts = []
    for outer, paths in groupby(cards.fields, key=lambda path: path.partition(".")[0]):
        inner = [(path.partition(".")[2], _place(cards, path)) for path in paths]
        if len(inner) == 1 and not inner[0][0]:
            parts.append(_literal(outer) + b":" + inner[0][1])
        else:
            body = b",".join(_literal(name) + b":" + place for name, place in inner)
            parts.append(_literal(outer) + b":{" + body + b"}")
    return b'{"customer":%b,' + b",".join(parts) + b"}"


def _place(cards: Cards, path: str) -> bytes:
    values = cards.fields[path]
    return _literal(values.value) if isinstance(values, Same) else b"%b"


def _literal(value: object) -> bytes:
    return _encode(value).replace(b"%", b"%%")


def _fragments(values: Sequence[object]) -> list[bytes]:
    """Each value as JSON. Numbers, flags and names hold no comma; mappings are shared and encoded once each."""
    if values and isinstance(values[0], dict):
        known = {id(value): value for value in values}
        encoded = {name: _encode(value) for name, value in known.items()}
        return [encoded[id(value)] for value in values]
    return _encode(values)[1:-1].split(b",")


@lru_cache(maxsize=16384)
def _differences(last: bytes | None, news: bytes) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """The type, the changes as JSON, and the reasons as JSON cut where their events belong; few rows are unlike."""
    moved = changes(last, news)
    found = reasons(last, news, [_CUT])
    type_ = b'"relationship.changed"' if moved else b'"relationship.scored"'
    return type_, _encode(moved), tuple(_encode(found).split(_encode([_CUT])))
