"""Whom must somebody call? Signals open cases, attach to running ones and reopen settled ones.

One case is open at a time for each customer, united with its aliases, and matter; each signal has one effect, and one
that is too old, or whose complaint was resolved before it was heard of, has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from common.contracts.interactions import Rating
from feedback.domain.case import Case, CaseState, Severity, reopen
from feedback.domain.case_clock import contact_due
from feedback.domain.case_signal import GENERAL, CaseSignal, answer_signal, is_too_old, resolves
from feedback.store.case_signals import add_signals, known_signals, read_complaint_resolutions
from feedback.store.cases import add_cases, lock_cases_of, read_unclosed_cases, save_cases, take_numbers
from feedback.store.relationships import read_key_accounts
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.plan_case_timers import plan_overdue
from feedback.usecases.plan_reask import drop_reask
from feedback.usecases.publish_cases import opened, publish_cases


@dataclass(slots=True, kw_only=True)
class _Table:
    """The cases of the customers in hand, by (canonical customer, matter), and what happens to them."""

    now: datetime
    desk: CaseDesk
    key_accounts: set[str]
    cases: dict[tuple[str, str], Case]
    known: set[int]
    changed: dict[int, tuple[str, str]] = field(default_factory=dict)
    attached: list[tuple[int, CaseSignal]] = field(default_factory=list)
    opened: list[tuple[int, CaseSignal]] = field(default_factory=list)

    def hear(self, customer: str, signal: CaseSignal, number: int) -> None:
        place = (customer, signal.about)
        case = self.cases.get(place)
        if case is None:
            due = self._due(customer, signal.severity)
            case = _new_case(signal, number=number, now=self.now, due=due)
            self.opened.append((case.number, signal))
        elif case.settled_at is not None and case.settled_at < signal.at:
            severity = _worse(case.severity, signal.severity)
            due = self._due(customer, severity)
            case = replace(reopen(case, self.now, contact_due_at=due), severity=severity)
            self.opened.append((case.number, signal))
        elif signal.severity is Severity.SEVERE and case.severity is not Severity.SEVERE:
            due = self._due(customer, Severity.SEVERE) if case.state is CaseState.OPEN else case.contact_due_at
            case = replace(case, severity=Severity.SEVERE, contact_due_at=min(case.contact_due_at, due))
        self.cases[place] = case
        self.changed[case.number] = place
        self.attached.append((case.number, signal))

    def _due(self, customer: str, severity: Severity) -> datetime:
        return contact_due(
            self.now,
            severity=severity,
            key_account=customer in self.key_accounts,
            zone=self.desk.zone,
            policy=self.desk.policy,
        )


async def open_cases(
    connection: AsyncConnection, signals: Sequence[CaseSignal], *, now: datetime, desk: CaseDesk
) -> dict[tuple[str, str], Case]:
    """The case of each signal that had an effect, by the signal's (source, id)."""
    fresh = {(one.source, one.id): one for one in signals if not is_too_old(one.at, now, desk.policy)}
    if not fresh:
        return {}
    customers = await canonical_ids(connection, (one.customer for one in fresh.values()))
    await lock_cases_of(connection, customers.values())
    for name in await known_signals(connection, list(fresh.values())):
        del fresh[name]
    families = await members(connection, customers.values())
    told = await _unresolved(connection, list(fresh.values()), customers, families)
    table = await _lay_out(connection, families, now=now, desk=desk)
    numbers = await take_numbers(connection, len(told))
    for number, signal in zip(numbers, told, strict=True):
        table.hear(customers[signal.customer], signal, number)
    return await _store(connection, table)


async def open_case_for(
    connection: AsyncConnection,
    *,
    answer_id: str,
    customer: str,
    rating: Rating,
    touchpoint: str | None,
    answered_at: datetime,
    now: datetime,
    desk: CaseDesk,
) -> Case | None:
    """The case that an answer opens or belongs to; None where the answer calls for none."""
    signal = answer_signal(
        answer_id=answer_id,
        customer=customer,
        rating=rating,
        touchpoint=touchpoint,
        answered_at=answered_at,
        policy=desk.policy,
    )
    if signal is None:
        return None
    return (await open_cases(connection, [signal], now=now, desk=desk)).get((signal.source, signal.id))


async def _unresolved(
    connection: AsyncConnection,
    signals: Sequence[CaseSignal],
    customers: dict[str, str],
    families: dict[str, list[str]],
) -> list[CaseSignal]:
    """The signals in the order of their time, without complaints that somebody resolved already."""
    resolutions = await read_complaint_resolutions(connection, (id_ for ids in families.values() for id_ in ids))
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    done = [(owners[one.customer], one) for one in resolutions]
    waiting = [
        signal
        for signal in signals
        if not any(owner == customers[signal.customer] and resolves(one, signal) for owner, one in done)
    ]
    return sorted(waiting, key=lambda one: (one.at, one.source, one.id))


async def _lay_out(
    connection: AsyncConnection, families: dict[str, list[str]], *, now: datetime, desk: CaseDesk
) -> _Table:
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    cases = await read_unclosed_cases(connection, owners)
    return _Table(
        now=now,
        desk=desk,
        key_accounts=await read_key_accounts(connection, families),
        cases={(owners[case.customer], case.about): case for case in reversed(cases)},
        known={case.number for case in cases},
    )


async def _store(connection: AsyncConnection, table: _Table) -> dict[tuple[str, str], Case]:
    cases = {number: table.cases[place] for number, place in table.changed.items()}
    await add_cases(connection, [case for number, case in cases.items() if number not in table.known])
    await save_cases(connection, [case for number, case in cases.items() if number in table.known])
    await add_signals(connection, table.attached)
    await plan_overdue(connection, [case for case in cases.values() if case.state is CaseState.OPEN])
    news = [opened(cases[number], signal) for number, signal in table.opened]
    await publish_cases(connection, news, partitions=table.desk.partitions)
    for number in {number for number, _ in table.opened if number in table.known}:
        await drop_reask(connection, cases[number].case_id)
    return {(signal.source, signal.id): cases[number] for number, signal in table.attached}


def _new_case(signal: CaseSignal, *, number: int, now: datetime, due: datetime) -> Case:
    return Case(
        number=number,
        customer=signal.customer,
        about=signal.about,
        cause=signal.cause,
        severity=signal.severity,
        touchpoint=signal.touchpoint,
        owner=f"queue:{signal.touchpoint or GENERAL}",
        state=CaseState.OPEN,
        round=1,
        opened_at=now,
        clock_from=now,
        contact_due_at=due,
    )


def _worse(one: Severity, other: Severity) -> Severity:
    return Severity.SEVERE if Severity.SEVERE in (one, other) else Severity.NORMAL
