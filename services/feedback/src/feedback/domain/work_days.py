"""On which local days do staff work? China's official schedule where it is known, else Monday to Friday.

Source: the State Council's yearly notices as `chinesecalendar` carries them, with their make-up days: in 2026 Thursday
1 October is no work day and Saturday 10 October is one. A year without a notice, and every other country, has weekends.
"""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

_CHINA: Final = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Urumqi", "PRC"})
_SATURDAY: Final = 5


def is_work_day(day: date, zone: ZoneInfo) -> bool:
    """Whether staff in that zone work on its local day."""
    if zone.key in _CHINA:
        try:
            return bool(is_workday(day))
        except NotImplementedError:
            return day.weekday() < _SATURDAY
    return day.weekday() < _SATURDAY
