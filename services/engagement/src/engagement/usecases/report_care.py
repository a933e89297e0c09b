"""What was decided and delivered lately, what was not and why, and what waits for people?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.store.care_counts import AnswerCount, TaskCount, count_answers, count_tasks, count_under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class CareReport:
    """`under_way`: what is due this moment and not decided or not sent yet."""

    first_day: date
    answers: Sequence[AnswerCount]
    tasks: TaskCount
    under_way: int


async def report_care(connection: AsyncConnection, *, first_day: date, today: date, zone: ZoneInfo) -> CareReport:
    """Occasions that were due on a day or later; tasks are due until the end of today."""
    since = datetime.combine(first_day, time(), zone)
    until = datetime.combine(today + timedelta(days=1), time(), zone)
    return CareReport(
        first_day=first_day,
        answers=await count_answers(connection, since=since),
        tasks=await count_tasks(connection, since=since, until=until),
        under_way=await count_under_way(connection),
    )
