"""Which cases end because a complaint was resolved elsewhere? Those without a complaint left; staff need not call."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from feedback.domain.case import Case, Cause, close_by_complaint
from feedback.domain.case_signal import CaseSignal, ComplaintResolution, resolves
from feedback.store.case_signals import read_complaint_resolutions, read_signals
from feedback.store.cases import lock_cases_of, read_unclosed_cases
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.end_cases import end_cases


async def close_resolved_complaints(
    connection: AsyncConnection, told: Sequence[ComplaintResolution], *, now: datetime, desk: CaseDesk
) -> None:
    """Close what the resolutions, with those stored before, leave without an open complaint; publish each closing."""
    if not told:
        return
    customers = await canonical_ids(connection, (one.customer for one in told))
    await lock_cases_of(connection, customers.values())
    families = await members(connection, customers.values())
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    cases = await read_unclosed_cases(connection, owners)
    if not cases:
        return
    signals = await read_signals(connection, [case.number for case in cases])
    stored = await read_complaint_resolutions(connection, owners)
    heard = {(one.source, one.id): one for one in (*stored, *told)}
    ended = []
    for case in cases:
        of_customer = [one for one in heard.values() if owners[one.customer] == owners[case.customer]]
        resolved_at = _resolved_at(case, signals[case.number], of_customer)
        if resolved_at is not None:
            ended.append(close_by_complaint(case, now, resolved_at=resolved_at))
    await end_cases(connection, ended, now=now, desk=desk)


def _resolved_at(
    case: Case, signals: Sequence[CaseSignal], resolutions: Sequence[ComplaintResolution]
) -> datetime | None:
    """When the last complaint of the case was resolved; None while one is open, or where there was none."""
    current = [one for one in resolutions if case.round == 1 or one.at >= case.clock_from]
    named = [one.at for one in current if one.case_id == case.case_id]
    if named:
        return min(named)
    complaints = [signal for signal in signals if signal.cause is Cause.COMPLAINT]
    firsts = [min((one.at for one in current if resolves(one, signal)), default=None) for signal in complaints]
    instants = [at for at in firsts if at is not None]
    return max(instants) if instants and len(instants) == len(firsts) else None
