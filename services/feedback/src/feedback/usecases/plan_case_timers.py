"""When does a case need attention without anybody's doing? Its clock runs out; once settled, it closes after days."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from common.timers import plan
from feedback.domain.case import Case
from feedback.domain.case_policy import CasePolicy

OVERDUE: Final = "case_overdue"
CLOSE: Final = "case_close"


class Round(msgspec.Struct, kw_only=True, frozen=True):
    """Which round of which case a timer was planned for."""

    number: int
    round: int


async def plan_overdue(connection: AsyncConnection, cases: Sequence[Case]) -> None:
    """Wake when the clock of each case's round runs out."""
    for case in cases:
        await plan(connection, kind=OVERDUE, key=_key(case), due_at=case.contact_due_at, payload=_payload(case))


async def plan_close(connection: AsyncConnection, case: Case, policy: CasePolicy) -> None:
    """Wake when a settled case has stayed settled long enough."""
    if case.settled_at is not None:
        due_at = case.settled_at + timedelta(days=policy.close_days)
        await plan(connection, kind=CLOSE, key=_key(case), due_at=due_at, payload=_payload(case))


def _key(case: Case) -> str:
    return f"{case.case_id}:{case.round}"


def _payload(case: Case) -> str:
    return msgspec.json.encode(Round(number=case.number, round=case.round)).decode()
