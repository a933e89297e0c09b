"""Who learns of a case? Everybody who reads guanxi.feedback.v1, by the outbox, in the transaction of the change.

Ids are natural: `case_3:opened`, of a second round `case_3:opened:2`. No note and no text is ever published.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.feedback import CaseClosed, CaseOpened, CaseOverdue, RecoveryWanted
from common.contracts.relationships import EventName
from common.events import FEEDBACK, Event, encode_event
from common.outbox import add_to_outbox
from feedback.domain.case import Case
from feedback.domain.case_signal import CaseSignal

SOURCE: Final = "guanxi.feedback"


def opened(case: Case, signal: CaseSignal) -> Event:
    """A case was opened, or reopened, for a signal."""
    told = CaseOpened(
        **_told(case),
        signal=EventName(source=signal.source, id=signal.id),
        contact_due_at=case.contact_due_at,
        reopened=case.round > 1,
    )
    return _event(case, "case.opened", told, case.clock_from)


def overdue(case: Case, *, at: datetime) -> Event:
    """The clock of the round ran out."""
    told = CaseOverdue(**_told(case), contact_due_at=case.contact_due_at, first_verdict=case.is_first_verdict(at))
    return _event(case, "case.overdue", told, at)


def closed(case: Case, *, at: datetime) -> Event:
    """A case came to its end."""
    told = CaseClosed(
        **_told(case),
        resolution=case.resolution or "",
        within_clock=case.within_clock,
        first_verdict=case.is_first_verdict(at),
        promise_kept=bool(case.promise_kept),
        root_cause=case.root_cause,
    )
    return _event(case, "case.closed", told, at)


def recovery_wanted(case: Case, *, benefit: str, at: datetime) -> Event:
    """Staff offer the customer a benefit; a second, other one is told apart by its name."""
    told = RecoveryWanted(**_told(case), benefit=benefit)
    return _event(case, "case.recovery_wanted", told, at, apart="" if case.benefit is None else f":{benefit}")


async def publish_cases(connection: AsyncConnection, events: Sequence[Event], *, partitions: int) -> None:
    """Queue facts about cases for the log."""
    messages = [(event.subject, encode_event(event)) for event in events]
    await add_to_outbox(connection, FEEDBACK, messages, partitions=partitions)


def _told(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "cause": case.cause,
        "severity": case.severity,
        "touchpoint": case.touchpoint,
        "owner": case.owner,
    }


def _event(case: Case, type_: str, told: Struct, at: datetime, *, apart: str = "") -> Event:
    round_ = "" if case.round == 1 else f":{case.round}"
    return Event(
        id=f"{case.case_id}:{type_.removeprefix('case.')}{round_}{apart}",
        source=SOURCE,
        type=type_,
        subject=case.customer,
        time=at,
        recordedtime=at,
        data=to_builtins(told),
    )
