"""Who is planned next? Customers that were marked, then the next page of the day's pass over everybody.

A pass begins anew with each local day and each new playbook or calendar; it goes on where it stopped, whoever does. One
transaction plans at a time, so that an older view of a customer never overwrites a newer one.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.playbook import Playbook
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
from engagement.usecases.plan_customers import Plan, plan_customers

log = structlog.get_logger()

PAGE: Final = 1000

Find = Callable[[str, int], Awaitable[Playbook | None]]
"""A version of a playbook by its name."""


async def plan_page(connection: AsyncConnection, *, plan: Plan, find: Find, now: datetime) -> bool:
    """Plan some customers; whether there was anything to do."""
    if not await lock_planner(connection):
        return False
    marked = await claim_marks(connection, limit=PAGE)
    if marked:
        await _plan(connection, marked, plan=plan, find=find, now=now)
        return True
    today, document = now.astimezone(plan.zone).date(), await newest_document(connection)
    last = await read_pass(connection)
    if last is None or (last.day, last.document_id) != (today, document):
        last = Pass(day=today, document_id=document, after="")
    if last.after is None:
        return False
    page = await page_of_customers(connection, after=last.after, limit=PAGE)
    await _plan(connection, page, plan=plan, find=find, now=now)
    after = page[-1] if len(page) == PAGE else None
    await save_pass(connection, Pass(day=today, document_id=document, after=after))
    return True


async def _plan(connection: AsyncConnection, ids: Sequence[str], *, plan: Plan, find: Find, now: datetime) -> None:
    planned = await plan_customers(connection, ids, plan=plan, now=now)
    await withdraw(connection, [await _ended(row, find) for row in planned.gone], now=now)
    if planned.written or planned.gone:
        log.info("occasions_planned", ids=len(ids), written=planned.written, ended=len(planned.gone))


async def _ended(row: PlannedRow, find: Find) -> tuple[int, str, str]:
    """Id, purpose and kind of a planned occasion, by the version that planned it."""
    playbook = await find(row.playbook, row.version)
    if playbook is None:
        raise LookupError(f"playbook {row.playbook} has no version {row.version}")
    return row.id, playbook.purpose, playbook.steps[row.step].kind
