"""Who is planned next? Customers that were marked, then the next page of the day's pass over everybody.

A pass begins anew with each local day and each new playbook or calendar; it goes on where it stopped, whoever does. One
transaction plans at a time, so that an older view of a customer never overwrites a newer one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.planned_occasions import timed_triggers
from engagement.store.dates import page_of_customers
from engagement.store.plans import (
    Pass,
    PlannedRow,
    claim_marks,
    lock_planner,
    newest_document,
    read_pass,
    save_pass,
    withdraw,
)
from engagement.usecases.current_policies import Policies
from engagement.usecases.plan_customers import Plan, plan_customers

log = structlog.get_logger()

PAGE: Final = 1000


async def plan_page(connection: AsyncConnection, *, policies: Policies, zone: ZoneInfo, now: datetime) -> bool:
    """Plan some customers; whether there was anything to do. `zone` is the deployment's."""
    if not await lock_planner(connection):
        return False
    marked = await claim_marks(connection, limit=PAGE)
    if marked:
        await _plan(connection, marked, policies=policies, zone=zone, now=now)
        return True
    today, document = now.astimezone(zone).date(), await newest_document(connection)
    last = await read_pass(connection)
    if last is None or (last.day, last.document_id) != (today, document):
        last = Pass(day=today, document_id=document, after="")
    if last.after is None:
        return False
    page = await page_of_customers(connection, after=last.after, limit=PAGE)
    await _plan(connection, page, policies=policies, zone=zone, now=now)
    after = page[-1] if len(page) == PAGE else None
    await save_pass(connection, Pass(day=today, document_id=document, after=after))
    return True


async def _plan(
    connection: AsyncConnection, ids: Sequence[str], *, policies: Policies, zone: ZoneInfo, now: datetime
) -> None:
    current = await policies.current(connection)
    timed = [playbook for playbook in current.playbooks.values() if timed_triggers(playbook)]
    plan = Plan(playbooks=timed, calendar=current.calendar, zone=zone)
    planned = await plan_customers(connection, ids, plan=plan, now=now)
    await withdraw(connection, await _ended(connection, planned.gone, policies), now=now)
    if planned.written or planned.gone:
        log.info("occasions_planned", ids=len(ids), written=planned.written, ended=len(planned.gone))


async def _ended(
    connection: AsyncConnection, gone: Sequence[PlannedRow], policies: Policies
) -> list[tuple[int, str, str]]:
    """Id, purpose and kind of each, by the version that planned it; those of an unreadable one are the arbiter's."""
    versions = await policies.playbooks_as_of(connection, {(row.playbook, row.version) for row in gone})
    known = [(row, versions[row.playbook, row.version]) for row in gone if (row.playbook, row.version) in versions]
    return [(row.id, playbook.purpose, playbook.steps[row.step].kind) for row, playbook in known]
