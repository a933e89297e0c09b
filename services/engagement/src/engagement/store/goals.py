"""Which goals are open, and how did they end? One row an occasion, in both arms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.goal import OpenGoal, Sign

_ADD = text(
    """
    INSERT INTO goal (occasion_id, customer, event, from_at, until_at)
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS text[]), CAST(:events AS text[]),
                         CAST(:from_ats AS timestamptz[]), CAST(:until_ats AS timestamptz[]))
    ON CONFLICT (occasion_id) DO NOTHING
    """
)
_TYPES = text(
    """
    WITH RECURSIVE kind(event) AS (
        (SELECT event FROM goal WHERE closed_at IS NULL ORDER BY event LIMIT 1)
        UNION ALL
        SELECT (SELECT event FROM goal WHERE closed_at IS NULL AND event > kind.event ORDER BY event LIMIT 1)
        FROM kind WHERE kind.event IS NOT NULL
    )
    SELECT event FROM kind WHERE event IS NOT NULL
    """
)
"""Steps from type to type by the index, however many goals are open."""

_OPEN = text(
    """
    SELECT occasion_id, customer, event, from_at, until_at FROM goal
    WHERE customer = ANY(:ids) AND event = ANY(:types) AND closed_at IS NULL
    """
)
_SHOWN: Final = """
    SELECT occasion.id, occasion.customer, occasion.playbook, decision.purpose, decision.kind,
        occasion.facts ->> 'case_id' AS case_id, occasion.facts ->> 'request_id' AS request_id,
        occasion.experiment, occasion.arm, ended.amount_minor, ended.currency
    FROM ended JOIN occasion ON occasion.id = ended.occasion_id
    CROSS JOIN LATERAL (
        SELECT purpose, kind FROM decision WHERE occasion_id = occasion.id ORDER BY id LIMIT 1
    ) AS decision
    ORDER BY occasion.id
"""
_MEET = text(
    f"""
    WITH ended AS (
        UPDATE goal SET met_at = told.met_at, amount_minor = told.amount_minor, currency = told.currency,
            closed_at = CAST(:now AS timestamptz)
        FROM unnest(CAST(:ids AS bigint[]), CAST(:met_ats AS timestamptz[]), CAST(:amounts AS bigint[]),
                    CAST(:currencies AS text[])) AS told(id, met_at, amount_minor, currency)
        WHERE goal.occasion_id = told.id AND goal.closed_at IS NULL
        RETURNING goal.occasion_id, goal.amount_minor, goal.currency
    ) {_SHOWN}
    """  # noqa: S608 - the text above
)
_MISS = text(
    f"""
    WITH ended AS (
        UPDATE goal SET closed_at = CAST(:now AS timestamptz) WHERE occasion_id IN (
            SELECT occasion_id FROM goal WHERE closed_at IS NULL AND until_at < CAST(:before AS timestamptz)
            ORDER BY until_at LIMIT :limit FOR UPDATE SKIP LOCKED)
        RETURNING occasion_id, amount_minor, currency
    ) {_SHOWN}
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedGoal:
    """A goal that was met or missed, with what a fact about its action says first."""

    id: int
    customer: str
    playbook: str | None
    purpose: str
    kind: str
    case_id: str | None
    request_id: str | None
    experiment: str | None
    arm: str | None
    amount_minor: int | None
    currency: str | None


async def add_goals(connection: AsyncConnection, goals: Sequence[OpenGoal]) -> None:
    """Wait for some goals; an occasion has one."""
    if goals:
        columns = {
            "ids": [one.occasion_id for one in goals],
            "customers": [one.customer for one in goals],
            "events": [one.event for one in goals],
            "from_ats": [one.from_at for one in goals],
            "until_ats": [one.until_at for one in goals],
        }
        await connection.execute(_ADD, columns)


async def open_types(connection: AsyncConnection) -> frozenset[str]:
    """The event types that any goal waits for."""
    return frozenset((await connection.execute(_TYPES)).scalars())


async def read_open_goals(
    connection: AsyncConnection, owners: Mapping[str, str], types: Collection[str]
) -> list[OpenGoal]:
    """The open goals of some ids (`owners`: id -> canonical customer) that wait for some types."""
    rows = await connection.execute(_OPEN, {"ids": list(owners), "types": list(types)})
    return [
        OpenGoal(occasion_id=id_, customer=owners[own], event=event, from_at=from_at, until_at=until_at)
        for id_, own, event, from_at, until_at in rows
    ]


async def meet_goals(connection: AsyncConnection, met: Mapping[int, Sign], *, now: datetime) -> list[EndedGoal]:
    """Close goals as met; those that were open."""
    columns = {
        "ids": list(met),
        "met_ats": [sign.at for sign in met.values()],
        "amounts": [sign.amount_minor for sign in met.values()],
        "currencies": [sign.currency for sign in met.values()],
        "now": now,
    }
    return [_ended(row) for row in await connection.execute(_MEET, columns)]


async def miss_goals(connection: AsyncConnection, *, before: datetime, limit: int, now: datetime) -> list[EndedGoal]:
    """Close goals whose window ended before an instant."""
    rows = await connection.execute(_MISS, {"before": before, "limit": limit, "now": now})
    return [_ended(row) for row in rows]


def _ended(row: Row[tuple[object, ...]]) -> EndedGoal:
    return EndedGoal(**row._mapping)
