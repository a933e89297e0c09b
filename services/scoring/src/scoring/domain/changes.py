"""What of a relationship differs from what was last published, why, and what caused it?

Source: events.md section 4 and scoring-model.md section 8. `published` turns a batch into one short row of bytes a
customer: the six shown dimensions and the card at whole points. Equal rows: nothing to publish; `changes` not empty:
relationship.changed; else relationship.scored. Days idle and the day itself are left out: they move for everyone daily.
At a row's end stand marks of the policy and the thresholds that it was judged by, which are no news: by them is told
whether new rules or an event or time moved it.
Example: last shown segment potential, now active: [{"dimension": "segment", "from": "potential", "to": "active"}].
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from scoring.domain.churn import BANDS
from scoring.domain.columns import Columns
from scoring.domain.decay import Flags, Floats, Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.rfm import Ranks
from scoring.domain.status import STATUSES

FORMAT: Final = 2
_NONE: Final = -1  # of a dimension
_UNKNOWN: Final = -(1 << 31)  # of a score

# A dimension's position is its position in the row.
_DIMENSIONS: Final[tuple[tuple[str, tuple[object, ...]], ...]] = (
    ("segment", SEGMENTS),
    ("tier", TIERS),
    ("stage", STAGES),
    ("status", STATUSES),
    ("key_account", (False, True)),
    ("churn_band", BANDS),
)
# The figures after the dimensions, and how many points one unit weighs when reasons are ranked (0: never a reason).
_FIGURES: Final[tuple[tuple[str, int], ...]] = (
    ("experience", 1),
    ("engagement", 1),
    ("exchange", 1),
    ("evaluation", 1),
    ("evolution", 1),
    ("strength", 0),
    ("coverage", 0),
    ("personal_contact", 25),
    ("reciprocity", 1),
    ("churn_risk", 1),
    ("severe", 100),
    ("rfm.recency", 20),
    ("rfm.frequency", 20),
    ("rfm.monetary", 20),
    ("orders", 0),
    ("money", 0),
    ("trust", 1),
    ("clv", 0),
    ("care.health", 1),
    ("care.priority", 0),
    ("care.coverage", 0),
    ("care.cs", 1),
    ("care.cl", 0),
    ("care.cv", 0),
    ("care.cf", 1),
)
_RULES: Final = ("policy", "thresholds")
_ROW: Final = struct.Struct(f"<{1 + len(_DIMENSIONS) + len(_FIGURES) + len(_RULES)}i")
_FIRST_FIGURE: Final = 1 + len(_DIMENSIONS)
_DIMENSION_ROW: Final = struct.Struct(f"<{_FIRST_FIGURE}i")
_LEAST_BYTES: Final = 4 * _FIRST_FIGURE
_DIMENSION_BYTES: Final = slice(4, 4 * _FIRST_FIGURE)
NEWS_BYTES: Final = slice(0, 4 * (_FIRST_FIGURE + len(_FIGURES)))  # where rows of two evaluations differ, it is news
_RULES_AT: Final = NEWS_BYTES.stop
# What a change of a dimension rests on, when no figure moved by a whole point (a guard ended, say).
_RESTS_ON: Final = {
    "segment": ("rfm.recency", "rfm.frequency", "rfm.monetary"),
    "tier": ("personal_contact", "engagement", "exchange"),
    "stage": ("rfm.frequency", "personal_contact", "churn_risk"),
    "status": ("rfm.recency",),
    "key_account": ("rfm.monetary",),
    "churn_band": ("churn_risk",),
}
FIGURES: Final = tuple(name for name, _ in _FIGURES)
_WEIGHTS: Final = np.array([weight for _, weight in _FIGURES])
MOST_REASONS: Final = 3
_RANKED: Final = tuple((at, name, weight) for at, (name, weight) in enumerate(_FIGURES, start=_FIRST_FIGURE) if weight)
_NOTHING: Final = (FORMAT, *(_NONE,) * len(_DIMENSIONS), *(_UNKNOWN,) * len(_FIGURES), *(0,) * len(_RULES))
_AT: Final = {name: _FIRST_FIGURE + number for number, (name, _) in enumerate(_FIGURES)}


def published(columns: Columns) -> list[bytes]:
    """One row of bytes a customer; scores in whole points (ratios in hundredths), money in whole units."""
    c, bought = columns, columns.bought
    figures = [
        _points(c.experience, c.experience_known),
        _points(c.engagement),
        _points(c.exchange),
        _points(c.evaluation, c.evaluation_known),
        _points(c.evolution, c.evolution_known),
        _points(c.strength, c.strength_known),
        _points(100 * c.coverage),
        _points(c.personal_contact),
        _points(100 * c.reciprocity, c.reciprocity_known),
        _points(100 * c.churn_risk, bought),
        c.severe.astype(np.int64),
        np.where(bought, c.r, _UNKNOWN),
        np.where(bought, c.f, _UNKNOWN),
        np.where(bought, c.m, _UNKNOWN),
        np.minimum(c.frequency, (1 << 31) - 1),
        _whole_units(c.monetary_minor),
        _points(c.trust),
        np.where(bought, _whole_units(c.clv_minor), _UNKNOWN),
        _points(c.care_health, bought),
        _points(c.care_priority, c.care_priority_known),
        _points(100 * c.care_coverage),
        _points(c.care_cs, c.care_cs_known),
        _points(c.care_cl, bought),
        _points(c.care_cv, bought),
        _points(c.care_cf, c.care_cf_known),
    ]
    dimensions: list[Ints | Ranks | Flags] = [c.segment, c.tier, c.stage, c.status, c.key_account, c.churn_band]
    marks = [np.full(c.size, _mark(version)) for version in (c.policy_version, c.thresholds_version)]
    table = np.column_stack([np.full(c.size, FORMAT), *dimensions, *figures, *marks]).astype("<i4").tobytes()
    return [table[start : start + _ROW.size] for start in range(0, len(table), _ROW.size)]


def _mark(version: str) -> int:
    return zlib.crc32(version.encode()) >> 1


def _points(values: Floats, known: Flags | None = None) -> Ints:
    whole = np.rint(values).astype(np.int64)
    return whole if known is None else np.where(known, whole, _UNKNOWN)


def _whole_units(minor: Ints) -> Ints:
    return np.clip(minor // 100, _UNKNOWN + 1, (1 << 31) - 1)


def changes(last: bytes | None, now: bytes) -> list[dict[str, Any]]:
    """The shown dimensions that differ; against nothing published, every one that is not null.

    Looks at the dimensions alone: of rows cut to `dimensions` it says the same.
    """
    before = _NOTHING if last is None or len(last) < _LEAST_BYTES else _DIMENSION_ROW.unpack_from(last)
    after = _DIMENSION_ROW.unpack_from(now)
    return [
        {"dimension": name, "from": _value(before[at], values), "to": _value(after[at], values)}
        for at, (name, values) in enumerate(_DIMENSIONS, start=1)
        if before[at] != after[at]
    ]


def dimensions(row: bytes | None) -> bytes | None:
    """The start of a row, which holds its dimensions."""
    return None if row is None else row[: _DIMENSION_ROW.size]


def dimensions_differ(last: bytes, now: bytes) -> bool:
    """Whether `changes` of two rows, of whatever format, is not empty."""
    return last[_DIMENSION_BYTES] != now[_DIMENSION_BYTES]


def most_moved(last: Sequence[bytes | None], now: Sequence[bytes]) -> tuple[Ints, Ints]:
    """The three figures of each pair of rows that moved most: places in FIGURES, and points, 0 for none; [pairs, 3]."""
    before, after = _figures([_whole(row) for row in last]), _figures(now)
    points = after - before
    weighed = np.abs(points) * _WEIGHTS
    rows, found = np.arange(len(now)), []
    for _ in range(MOST_REASONS):
        most = weighed.argmax(axis=1)
        found.append((most, np.where(weighed[rows, most] > 0, points[rows, most], 0)))
        weighed[rows, most] = 0
    at, moved = zip(*found, strict=True)
    return np.column_stack(at), np.column_stack(moved)


def _figures(rows: Sequence[bytes]) -> Ints:
    table = np.frombuffer(b"".join(rows), dtype="<i4").reshape(len(rows), -1)
    figures = table[:, _FIRST_FIGURE : _FIRST_FIGURE + len(_FIGURES)].astype(np.int64)
    return np.where(figures == _UNKNOWN, 0, figures)


def _whole(row: bytes | None) -> bytes:
    return row if row is not None and len(row) == _ROW.size else _ROW.pack(*_read(row))


def reasons(last: bytes | None, now: bytes, events: Sequence[str]) -> list[dict[str, Any]]:
    """At most three figures that moved most since the last published card, in points; `events`: "source/id", ascending.

    Where nothing moved by a whole point: the figures that the changed dimensions rest on, as they stand.
    """
    before, after = _read(last), _ROW.unpack(now)
    moved = []
    for at, name, weight in _RANKED:
        was, stands = before[at], after[at]
        if was != stands:
            points = (0 if stands == _UNKNOWN else stands) - (0 if was == _UNKNOWN else was)
            if points:
                moved.append((-abs(points) * weight, at, name, points))
    moved.sort()
    found = [(name, points) for _, _, name, points in moved[:MOST_REASONS]]
    if not found:
        names = [name for change in changes(last, now) for name in _RESTS_ON.get(change["dimension"], ())]
        found = [(name, _known(after[_AT[name]])) for name in dict.fromkeys(names)][:MOST_REASONS]
    return [{"component": name, "points": points, "events": list(events[-3:])} for name, points in found]


def cause(event_days: Iterable[int], today: int) -> str:
    """`event` when a causing event is dated today or yesterday (day numbers), else `late`."""
    return "event" if any(today - 1 <= day <= today for day in event_days) else "late"


def told_cause(asked: str, last: bytes, now: bytes) -> str:
    """What moved a row that was published before, where `asked` brought its evaluation about.

    New rules come before an event or time; a run for new rules that finds them applied already was brought by time.
    """
    if len(last) < _ROW.size or asked == "merge":
        return asked
    for number, name in enumerate(_RULES):
        mark = slice(_RULES_AT + 4 * number, _RULES_AT + 4 * number + 4)
        if last[mark] != now[mark]:
            return name
    return "time" if asked in _RULES else asked


def _read(row: bytes | None) -> tuple[int, ...]:
    """A row of an older format has the same dimensions and fewer figures: those are taken as never published. So is all
    of what is no such row (an altered one, until the audit repairs it)."""
    if row is None or len(row) < _LEAST_BYTES:
        return _NOTHING
    if len(row) == _ROW.size:
        return _ROW.unpack(row)
    if len(row) == _RULES_AT:
        return (*struct.unpack(f"<{_RULES_AT // 4}i", row), *_NOTHING[-len(_RULES) :])
    return (*struct.unpack_from(f"<{_FIRST_FIGURE}i", row), *_NOTHING[_FIRST_FIGURE:])


def _value(number: int, values: tuple[object, ...]) -> object:
    return values[number] if 0 <= number < len(values) else None


def _known(figure: int) -> int:
    return 0 if figure == _UNKNOWN else figure
