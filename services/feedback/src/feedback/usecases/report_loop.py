"""Do we close the loop? Cases opened in a span: contacted in time, settled, reopened, for which causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.wilson import Share, share
from feedback.store.report_cases import LoopCounts, count_cases_by, count_loop

BY: Final = ("cause", "state", "severity", "touchpoint", "root_cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopReport:
    """Shares are null of nothing; `in_time` is of cases of which it is known, `resolved` of settled ones."""

    counts: LoopCounts
    in_time: Share | None
    resolved: Share | None
    reopened: Share | None
    by: Mapping[str, Sequence[tuple[str, int]]]


async def report_loop(connection: AsyncConnection, since: datetime, until: datetime) -> LoopReport:
    """The inner loop over cases opened in the span."""
    counts = await count_loop(connection, since, until)
    return LoopReport(
        counts=counts,
        in_time=share(counts.in_time, counts.judged),
        resolved=share(counts.resolved, counts.settled),
        reopened=share(counts.reopened, counts.opened),
        by={name: await count_cases_by(connection, name, since, until) for name in BY},
    )
