"""What follows when cases end? It is published, and a detractor who was recovered is asked once more after days."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case, Cause, Resolution
from feedback.domain.case_signal import CaseSignal
from feedback.store.case_signals import read_signals
from feedback.store.cases import save_cases
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.plan_reask import plan_reask
from feedback.usecases.publish_cases import closed, publish_cases

_ANSWERS: Final = (Cause.NPS, Cause.CSAT, Cause.CES)


async def end_cases(connection: AsyncConnection, ended: Sequence[Case], *, now: datetime, desk: CaseDesk) -> None:
    """Store and publish closed cases, and plan the re-ask of those that an answer opened and that were resolved."""
    if not ended:
        return
    await save_cases(connection, ended)
    await publish_cases(connection, [closed(case, at=now) for case in ended], partitions=desk.partitions)
    signals = await read_signals(connection, [case.number for case in ended])
    for case in ended:
        answer = _last_answer(signals[case.number])
        if case.resolution is Resolution.RESOLVED and answer is not None:
            await plan_reask(connection, case_id=case.case_id, answer_id=answer.id, closed_at=now)


def _last_answer(signals: Sequence[CaseSignal]) -> CaseSignal | None:
    return next((signal for signal in reversed(signals) if signal.cause in _ANSWERS), None)
