"""How many occasions had which answer, what became of the actions, and what is still under way?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ANSWERS = text(
    """
    SELECT o.playbook, o.answer, coalesce(a.reason, o.reason) AS reason, a.state, count(*) AS n
    FROM occasion o LEFT JOIN action a ON a.id = o.id
    WHERE o.answer IS NOT NULL AND o.due_at >= :since
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 2, 3, 4
    """
)
_TASKS = text(
    """
    SELECT count(*) FILTER (WHERE state IN ('open', 'claimed')) AS open,
           count(*) FILTER (WHERE state IN ('open', 'claimed') AND due_at < :until) AS due,
           count(*) FILTER (WHERE state = 'done' AND done_at >= :since) AS done,
           count(*) FILTER (WHERE state = 'missed' AND due_at >= :since) AS missed
    FROM task
    """
)
_UNDER_WAY = text(
    """
    SELECT (SELECT count(*) FROM occasion WHERE decide_at <= now())
         + (SELECT count(*) FROM action WHERE state = 'sending')
         + (SELECT count(*) FROM action WHERE state = 'waiting' AND next_try_at <= now()) AS n
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """`n` occasions of a playbook with their last answer; `state` is the action's, where there is one."""

    playbook: str
    answer: str
    reason: str | None
    state: str | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCount:
    """Open ones, those of them due before an instant, and what ended since another."""

    open: int
    due: int
    done: int
    missed: int


async def count_answers(connection: AsyncConnection, *, since: datetime) -> list[AnswerCount]:
    """By playbook, the most frequent answer first, of occasions due since an instant."""
    rows = await connection.execute(_ANSWERS, {"since": since})
    return [AnswerCount(**row) for row in rows.mappings()]


async def count_tasks(connection: AsyncConnection, *, since: datetime, until: datetime) -> TaskCount:
    """The tasks of all customers."""
    row = (await connection.execute(_TASKS, {"since": since, "until": until})).mappings().one()
    return TaskCount(**row)


async def count_under_way(connection: AsyncConnection) -> int:
    """Occasions that are due and not decided, and messages that are due or being sent."""
    found: int = (await connection.execute(_UNDER_WAY)).scalar_one()
    return found
