"""Where do these customers stand now, and what of it is news? One vectorised evaluation, its rows and its messages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from uuid_utils import uuid7

from common.events import RELATIONSHIPS
from scoring.domain.arrays import pack
from scoring.domain.card import Cards, score
from scoring.domain.changes import changes, published, reasons
from scoring.domain.churn import BANDS, NO_BAND
from scoring.domain.columns import Columns
from scoring.domain.days import date_of, day_number
from scoring.domain.policy import SEGMENTS, TIERS, Policy
from scoring.domain.state import State
from scoring.domain.status import NO_STATUS, STATUSES
from scoring.store.states import Row, Shown, Standing

SOURCE: Final = "guanxi.scoring"
MOST_CAUSES: Final = 5
MOST_REASON_EVENTS: Final = 3
MOST_AT_ONCE: Final = 2048
_CUT: Final = "/"


@dataclass(slots=True)
class Candidate:
    """A customer to judge. `aliases` are states to unite with its own; `caused_by` (source, id), oldest first."""

    customer: str
    partition: int
    standing: Standing
    cause: str
    caused_by: Sequence[tuple[str, str]] = ()
    aliases: Sequence[State] = ()
    traceparent: str | None = None

    @property
    def body(self) -> bytes:
        state = self.standing.state
        return State.union((state, *self.aliases)).encode() if self.aliases else state.encode()


Message = tuple[str, int, bytes, bytes]
"""topic, partition, key, value: a row of the outbox."""


def judge_customers(
    candidates: Iterable[Candidate], *, today: date, now: datetime, policy: Policy, currency: str
) -> tuple[list[Row], list[Message]]:
    """State rows of every candidate and messages of those with news; the standings are brought up to date.

    Each is judged as of today, but never of an earlier day than last time.
    """
    rows: list[Row] = []
    messages: list[Message] = []
    day = day_number(today)
    by_day: dict[int, list[Candidate]] = {}
    for one in candidates:
        by_day.setdefault(max(day, one.standing.evaluated), []).append(one)
    for late, batch in by_day.items():
        for start in range(0, len(batch), MOST_AT_ONCE):
            part = batch[start : start + MOST_AT_ONCE]
            _judge(part, day=late, now=now, policy=policy, currency=currency, rows=rows, messages=messages)
    return rows, messages


def _judge(
    part: Sequence[Candidate],
    *,
    day: int,
    now: datetime,
    policy: Policy,
    currency: str,
    rows: list[Row],
    messages: list[Message],
) -> None:
    as_of = date_of(day)
    columns = score(pack([one.body for one in part]), as_of, policy, policy.fixed)
    cards = Cards(columns, currency)
    at = now.isoformat()
    for number, (one, news, shown) in enumerate(zip(part, published(columns), shown_values(columns), strict=True)):
        standing = one.standing
        if standing.published != news:
            value = _message(one, news, cards.card(number, one.customer), at)
            messages.append((RELATIONSHIPS, one.partition, one.customer.encode(), value))
            standing.published = news
        standing.evaluated = day
        rows.append((one.partition, one.customer, standing.state.encode(), news, as_of, *shown))


class _Name(msgspec.Struct, gc=False, frozen=True):
    source: str
    id: str


class _Evaluated(msgspec.Struct, gc=False):
    """The data of relationship.* (common.contracts.relationships), with parts that are encoded already."""

    as_of: str
    cause: str
    caused_by: list[_Name]
    changes: msgspec.Raw
    reasons: msgspec.Raw
    card: dict[str, Any]


class _Envelope(msgspec.Struct, gc=False, omit_defaults=True):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    recordedtime: str
    datacontenttype: str
    dataversion: int
    data: _Evaluated
    traceparent: str | None = None


_encode = msgspec.json.Encoder().encode


def _message(one: Candidate, news: bytes, card: dict[str, Any], at: str) -> bytes:
    type_, changed, moved = _differences(one.standing.published, news)
    names = one.caused_by[-MOST_CAUSES:]
    events = _encode([f"{source}/{id_}" for source, id_ in names[-MOST_REASON_EVENTS:]])
    data = _Evaluated(
        card["as_of"],
        one.cause,
        [_Name(source, id_) for source, id_ in names],
        changed,
        msgspec.Raw(events.join(moved)),
        card,
    )
    return _encode(
        _Envelope(
            "1.0",
            str(uuid7()),
            SOURCE,
            type_,
            one.customer,
            at,
            at,
            "application/json",
            1,
            data,
            one.traceparent,
        )
    )


@lru_cache(maxsize=16384)
def _differences(last: bytes | None, news: bytes) -> tuple[str, msgspec.Raw, tuple[bytes, ...]]:
    """The type, the changes as JSON, and the reasons as JSON cut where their events belong; few rows are unlike."""
    moved = changes(last, news)
    found = reasons(last, news, [_CUT])
    return (
        "relationship.changed" if moved else "relationship.scored",
        msgspec.Raw(_encode(moved)),
        tuple(_encode(found).split(_encode([_CUT]))),
    )


def shown_values(columns: Columns) -> list[Shown]:
    """What lists and reports show of each customer."""
    c = columns
    bought = c.bought.tolist()
    return [
        (
            SEGMENTS[segment],
            TIERS[tier],
            None if status == NO_STATUS else STATUSES[status],
            None if band == NO_BAND else BANDS[band],
            strength if strong else None,
            risk if buyer else None,
            idle if buyer else None,
            frequency,
            monetary,
        )
        for segment, tier, status, band, strength, strong, risk, idle, frequency, monetary, buyer in zip(
            c.segment.tolist(),
            c.tier.tolist(),
            c.status.tolist(),
            c.churn_band.tolist(),
            c.strength.tolist(),
            c.strength_known.tolist(),
            c.churn_risk.tolist(),
            c.recency_days.tolist(),
            c.frequency.tolist(),
            c.monetary_minor.tolist(),
            bought,
            strict=True,
        )
    ]
