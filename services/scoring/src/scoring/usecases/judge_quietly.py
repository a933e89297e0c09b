"""Where do these customers stand, without telling anybody? For rows that were lost or altered while nothing happened.

Who was judged before is judged as of that day again, so that the row becomes what it was.
"""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from scoring.domain.state.days import date_of
from scoring.store.state_cache import StateCache
from scoring.store.states import NEVER, write_states
from scoring.usecases.deployment import Deployment
from scoring.usecases.judge_customers import Candidate, judge_customers
from scoring.usecases.judge_marked import unite


async def judge_quietly(
    connection: AsyncConnection, customers: Iterable[str], *, deployment: Deployment, cache: StateCache
) -> None:
    """Write what is shown of canonical customers, and that it is what was published last."""
    asked = sorted(set(customers))
    if not asked:
        return
    taken = await cache.take(connection, {deployment.partition_of(one) for one in asked}, as_owner=False)
    candidates = await unite(connection, asked, cause="late", taken=taken, deployment=deployment)
    rules = await deployment.rules.in_force(connection)
    raw = await driver(connection)
    by_day: dict[int, list[Candidate]] = {}
    for one in candidates:
        one.standing.published = None  # it may be what is wrong
        by_day.setdefault(one.standing.evaluated, []).append(one)
    for day, group in by_day.items():
        today = deployment.today() if day == NEVER else date_of(day)
        rows, *_ = judge_customers(group, today=today, now=deployment.now(), rules=rules, currency=deployment.currency)
        await write_states(raw, rows)
