"""Which shown dimensions of a customer changed after they had been published, and why? Written once, never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = (
    "customer",
    "at",
    "as_of",
    "dimension",
    "was",
    "now",
    "cause",
    "caused_by",
    "reasons",
    "policy",
    "thresholds",
)
_OF = text(
    """
    SELECT number, at, as_of, dimension, was, now, cause, CAST(caused_by AS text), CAST(reasons AS text), policy,
           thresholds
    FROM transition
    WHERE customer = ANY(:customers) AND as_of <= :as_of
      AND (CAST(:dimension AS text) IS NULL OR dimension = CAST(:dimension AS text))
      AND (CAST(:before AS bigint) IS NULL OR number < CAST(:before AS bigint))
    ORDER BY number DESC LIMIT :limit
    """
)

Value = str | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """`caused_by` holds source and id of up to 5 events, `reasons` the figures that moved most (changes.py)."""

    number: int
    at: datetime
    as_of: date
    dimension: str
    was: Value
    now: Value
    cause: str
    caused_by: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    policy: str
    thresholds: str


TransitionRow = tuple[str, datetime, date, str, str | None, str | None, str, str, str, str, str]
"""The columns of a new row."""


async def store_transitions(raw: asyncpg.Connection, rows: Sequence[TransitionRow]) -> None:
    """Add rows in the caller's transaction, through the driver."""
    if rows:
        await raw.copy_records_to_table("transition", records=rows, columns=_COLUMNS)


async def list_transitions(
    connection: AsyncConnection,
    customers: Sequence[str],
    *,
    dimension: str | None,
    as_of: date,
    before: int | None,
    limit: int,
) -> list[Transition]:
    """Those of a customer and its aliases up to a day, newest first, those before a number."""
    asked = {
        "customers": list(customers),
        "dimension": dimension,
        "as_of": as_of,
        "before": before,
        "limit": limit,
    }
    return [
        Transition(
            number=number,
            at=at,
            as_of=day,
            dimension=name,
            was=_value(was),
            now=_value(now),
            cause=cause,
            caused_by=msgspec.json.decode(caused_by),
            reasons=msgspec.json.decode(reasons),
            policy=policy,
            thresholds=thresholds,
        )
        for number, at, day, name, was, now, cause, caused_by, reasons, policy, thresholds in await connection.execute(
            _OF, asked
        )
    ]


def stored_value(value: object) -> str | None:
    """A dimension's value as the table keeps it."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _value(stored: str | None) -> Value:
    return {"true": True, "false": False}.get(stored, stored) if stored is not None else None
