"""Is a day one of mourning, on which nothing cheerful goes out? (care-model.md section 10)

`mourning_days` of calendar.yaml names festivals (清明 and 中元 as shipped), days of every year (`12-13`) and single
days (`2027-05-12`). Worked example: 2026-04-05 (清明) and 2026-08-27 (中元) are mourning days, 2026-04-04 is none.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from engagement.domain.festivals import festival_day


@dataclass(frozen=True, slots=True, kw_only=True)
class MourningDays:
    """`every_year`: (month, day); `single`: one day only."""

    festivals: Set[str] = frozenset()
    every_year: Set[tuple[int, int]] = frozenset()
    single: Set[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        if day in self.single or (day.month, day.day) in self.every_year:
            return True
        return any(festival_day(name, year) == day for name in self.festivals for year in (day.year - 1, day.year))
