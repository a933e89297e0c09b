"""How well did past judgements foretell what came? One row a quality run, with the versions that were judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text(
    """
    INSERT INTO quality (as_of, horizon_days, policy, thresholds, result, made_by)
    VALUES (:as_of, :horizon_days, :policy, :thresholds, CAST(:result AS json), :made_by)
    RETURNING number
    """
)
_LIST = text(
    """
    SELECT number, as_of, horizon_days, policy, thresholds, CAST(result AS text), made_by, made_at FROM quality
    WHERE CAST(:before AS bigint) IS NULL OR number < :before ORDER BY number DESC LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRun:
    """`result`: the figures of quality.py and their sentences."""

    number: int
    as_of: date
    horizon_days: int
    policy: str
    thresholds: str
    result: dict[str, Any]
    made_by: str
    made_at: datetime


async def add_quality(
    connection: AsyncConnection,
    result: Mapping[str, Any],
    *,
    as_of: date,
    horizon_days: int,
    policy: str,
    thresholds: str,
    made_by: str,
) -> int:
    """The number of the kept run."""
    row = {"as_of": as_of, "horizon_days": horizon_days, "policy": policy, "thresholds": thresholds}
    encoded = msgspec.json.encode(result).decode()
    return int((await connection.execute(_ADD, {**row, "result": encoded, "made_by": made_by})).scalar_one())


async def list_quality(connection: AsyncConnection, *, before: int | None, limit: int) -> list[QualityRun]:
    """Runs, newest first, before a number."""
    rows = await connection.execute(_LIST, {"before": before, "limit": limit})
    return [
        QualityRun(
            number=number,
            as_of=as_of,
            horizon_days=horizon,
            policy=policy,
            thresholds=thresholds,
            result=msgspec.json.decode(result),
            made_by=made_by,
            made_at=made_at,
        )
        for number, as_of, horizon, policy, thresholds, result, made_by, made_at in rows
    ]
