"""Which of these news are transitions? A shown dimension that differs from what had been published before.

What is published of a customer for the first time is no transition; it is passed over at the cost of one comparison.
"""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from scoring.domain.changes import changes, dimensions_differ, reasons
from scoring.domain.rules import Rules
from scoring.store.transitions import TransitionRow, stored_value
from scoring.usecases.encode_messages import MOST_CAUSES, MOST_REASON_EVENTS, News


def note_transitions(news: Iterable[News], *, as_of: date, at: datetime, rules: Rules) -> list[TransitionRow]:
    """A row for each changed dimension."""
    return [
        row
        for one in news
        if one.last is not None and dimensions_differ(one.last, one.now)
        for row in _rows(one, one.last, as_of=as_of, at=at, rules=rules)
    ]


def _rows(one: News, last: bytes, *, as_of: date, at: datetime, rules: Rules) -> list[TransitionRow]:
    told = one.told
    named = told.caused_by[-MOST_CAUSES:]
    caused_by = _json([{"source": source, "id": id_} for source, id_ in named])
    events = [f"{source}/{id_}" for source, id_ in named[-MOST_REASON_EVENTS:]]
    why = _json(reasons(last, one.now, events))
    policy, thresholds = rules.policy.version, rules.thresholds.version
    return [
        (
            told.customer,
            at,
            as_of,
            str(change["dimension"]),
            stored_value(change["from"]),
            stored_value(change["to"]),
            told.cause,
            caused_by,
            why,
            policy,
            thresholds,
        )
        for change in changes(last, one.now)
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
