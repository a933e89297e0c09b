"""Where do these customers stand now, and what of it is news? One vectorised evaluation, its rows and its messages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from common.events import RELATIONSHIPS
from scoring.domain.card import score
from scoring.domain.changes import NEWS_BYTES, published, told_cause
from scoring.domain.churn import BANDS, NO_BAND
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.policy.rules import Rules
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import date_of, day_number
from scoring.domain.state.state import State
from scoring.domain.status import NO_STATUS, STATUSES
from scoring.store.states import Row, Shown, Standing
from scoring.store.transitions import TransitionRow
from scoring.usecases.encode_messages import News, encode_messages
from scoring.usecases.note_transitions import note_transitions

MOST_AT_ONCE: Final = 2048


class Candidate(msgspec.Struct, gc=False):
    """A customer to judge. `aliases` are states to unite with its own; `caused_by` (source, id), oldest first."""

    # A struct: one is made for every touched customer of every batch, and most fields are filled in later.
    customer: str
    partition: int
    standing: Standing
    cause: str
    caused_by: list[tuple[str, str]] = []
    aliases: Sequence[State] = ()
    traceparent: str | None = None

    @property
    def body(self) -> bytes:
        """The encoded state of all its events."""
        state = self.standing.state
        return State.union((state, *self.aliases)).encode() if self.aliases else state.encode()


Message = tuple[str, int, bytes, bytes]
"""topic, partition, key, value: a row of the outbox."""


def judge_customers(
    candidates: Iterable[Candidate], *, today: date, now: datetime, rules: Rules, currency: str
) -> tuple[list[Row], list[Message], list[TransitionRow]]:
    """State rows of every candidate, messages of those with news, and what changed of those that were published before.

    The standings are brought up to date.

    Each is judged as of today, but never of an earlier day than last time.
    """
    rows: list[Row] = []
    messages: list[Message] = []
    transitions: list[TransitionRow] = []
    day = day_number(today)
    by_day: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        evaluated = one.standing.evaluated
        by_day[day if evaluated < day else evaluated].append(one)
    for late, batch in by_day.items():
        for start in range(0, len(batch), MOST_AT_ONCE):
            part = batch[start : start + MOST_AT_ONCE]
            news = _judge(part, day=late, now=now, rules=rules, currency=currency, rows=rows, messages=messages)
            transitions += note_transitions(news, as_of=date_of(late), at=now, rules=rules)
    return rows, messages, transitions


def _judge(
    part: Sequence[Candidate],
    *,
    day: int,
    now: datetime,
    rules: Rules,
    currency: str,
    rows: list[Row],
    messages: list[Message],
) -> list[News]:
    as_of = date_of(day)
    # Equal states are judged once: most customers of a burst are new, with one event of a common kind.
    alike: dict[bytes, int] = {}
    which = [alike.setdefault(one.body, len(alike)) for one in part]
    columns = score(pack(list(alike)), as_of, rules.policy, rules.thresholds)
    stands = list(zip(published(columns), shown_values(columns), strict=True))
    news: list[News] = []
    for one, number in zip(part, which, strict=True):
        now_published, shown = stands[number]
        standing = one.standing
        last = standing.published
        if last is None or last[NEWS_BYTES] != now_published[NEWS_BYTES]:
            if last is not None:
                one.cause = told_cause(one.cause, last, now_published)
            news.append(News(one, last, now_published, number))
        standing.published, standing.evaluated = now_published, day
        rows.append((one.partition, one.customer, standing.state.encode(), now_published, as_of, *shown))
    if news:
        values = encode_messages(columns, news, currency=currency, at=now.isoformat())
        messages += [
            (RELATIONSHIPS, one.told.partition, one.told.customer.encode(), value)
            for one, value in zip(news, values, strict=True)
        ]
    return news


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
            STAGES[stage],
            key_account,
            priority if ranked else None,
        )
        for (
            segment,
            tier,
            status,
            band,
            strength,
            strong,
            risk,
            idle,
            frequency,
            monetary,
            stage,
            key_account,
            priority,
            ranked,
            buyer,
        ) in zip(
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
            c.stage.tolist(),
            c.key_account.tolist(),
            c.care_priority.tolist(),
            c.care_priority_known.tolist(),
            bought,
            strict=True,
        )
    ]
