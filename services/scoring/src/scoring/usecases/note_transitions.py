"""Which of these news are transitions? A shown dimension that differs from what had been published before.

What is published of a customer for the first time is no transition; it is passed over at the cost of one comparison.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final

import msgspec

from scoring.domain.changes import changes, dimensions_differ, reasons
from scoring.domain.policy.rules import Rules
from scoring.store.transitions import TransitionRow, stored_value
from scoring.usecases.encode_messages import MOST_CAUSES, MOST_REASON_EVENTS, News

_CUT: Final = '["/"]'


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
    moved, why = _differences(last, one.now)
    reasons_ = why.replace(_CUT, _json([f"{source}/{id_}" for source, id_ in named[-MOST_REASON_EVENTS:]]))
    policy, thresholds = rules.policy.version, rules.thresholds.version
    return [
        (told.customer, at, as_of, name, was, now, told.cause, caused_by, reasons_, policy, thresholds)
        for name, was, now in moved
    ]


@lru_cache(maxsize=16384)
def _differences(last: bytes, now: bytes) -> tuple[tuple[tuple[str, str | None, str | None], ...], str]:
    """What moved, and the reasons as JSON with a mark where their events belong; few rows are unlike."""
    moved = tuple(
        (str(change["dimension"]), stored_value(change["from"]), stored_value(change["to"]))
        for change in changes(last, now)
    )
    return moved, _json(reasons(last, now, ["/"]))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
