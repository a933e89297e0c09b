"""To which wave of a relationship survey does an instant belong? Quarters or months of the deployment's zone.

Example: 2026-11-24 in a quarterly survey is 2026-Q4, open from 1 October to the end of December.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from feedback.domain.survey import WaveRule

_NAMES: Final = {
    WaveRule.QUARTER: re.compile(r"\d{4}-Q[1-4]"),
    WaveRule.MONTH: re.compile(r"\d{4}-(0[1-9]|1[0-2])"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSpan:
    """A wave's name and its instants: open from `opens_at` until just before `closes_at`."""

    name: str
    opens_at: datetime
    closes_at: datetime


def wave_at(rule: WaveRule, at: datetime, zone: ZoneInfo) -> WaveSpan:
    """The wave of an instant."""
    day = at.astimezone(zone).date()
    months = 3 if rule is WaveRule.QUARTER else 1
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    following = (first.replace(day=28) + timedelta(days=31 * months - 20)).replace(day=1)
    name = f"{day.year}-Q{(day.month + 2) // 3}" if rule is WaveRule.QUARTER else f"{day:%Y-%m}"
    return WaveSpan(name=name, opens_at=_midnight(first, zone), closes_at=_midnight(following, zone))


def is_wave_name(rule: WaveRule, name: str) -> bool:
    """Whether a wave of that rule may be called so: 2026-Q4, 2026-11."""
    return _NAMES[rule].fullmatch(name) is not None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
