"""Which records of thresholds are there? Immutable; the newest is in force, and before the first the policy's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.thresholds import Thresholds

_FIND = text("SELECT CAST(body AS text) FROM thresholds WHERE version = :version")
_COLUMNS = "version, as_of, CAST(body AS text), CAST(report AS text), made_by, made_at"
_LIST = text(f"SELECT {_COLUMNS} FROM thresholds ORDER BY number DESC")  # noqa: S608 - names of columns, above
_READ = text(f"SELECT {_COLUMNS} FROM thresholds WHERE version = :version")  # noqa: S608 - names of columns, above
# Of two calibrations that end at once the second waits for the first, and then sees its version.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('guanxi scoring thresholds'))")
_TAKEN = text("SELECT version FROM thresholds WHERE version = :wanted OR version LIKE :wanted || '.%'")
_ADD = text(
    """
    INSERT INTO thresholds (version, as_of, body, report, made_by)
    VALUES (:version, :as_of, CAST(:body AS json), CAST(:report AS json), :made_by)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsRecord:
    """What one calibration found: `body` in the shape of Thresholds.as_mapping, `report` of calibration_report.py."""

    version: str
    as_of: date
    body: dict[str, Any]
    report: dict[str, Any]
    made_by: str
    made_at: datetime


async def find_thresholds(connection: AsyncConnection, version: str) -> dict[str, Any] | None:
    """The record of a version, in the shape of Thresholds.as_mapping."""
    body = (await connection.execute(_FIND, {"version": version})).scalar_one_or_none()
    found: dict[str, Any] | None = None if body is None else msgspec.json.decode(body)
    return found


async def list_thresholds(connection: AsyncConnection) -> list[ThresholdsRecord]:
    """Every record, newest first: a dozen a year."""
    return [_record(row) for row in await connection.execute(_LIST)]


async def read_thresholds(connection: AsyncConnection, version: str) -> ThresholdsRecord | None:
    """One record with its report."""
    row = (await connection.execute(_READ, {"version": version})).one_or_none()
    return None if row is None else _record(row)


async def free_version(connection: AsyncConnection, as_of: date) -> str:
    """The day as a version, with a number behind it where it is taken; nobody else adds until the transaction ends."""
    await connection.execute(_LOCK)
    wanted = as_of.isoformat()
    taken = set((await connection.execute(_TAKEN, {"wanted": wanted})).scalars())
    names = (wanted if number == 1 else f"{wanted}.{number}" for number in count(1))
    return next(name for name in names if name not in taken)


async def add_thresholds(
    connection: AsyncConnection, made: Thresholds, *, as_of: date, report: Mapping[str, Any], made_by: str
) -> None:
    """Put a record in force."""
    row = {"version": made.version, "as_of": as_of, "made_by": made_by}
    await connection.execute(_ADD, {**row, "body": _json(made.as_mapping()), "report": _json(report)})


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _record(row: Any) -> ThresholdsRecord:
    """From a row of _COLUMNS, which the driver leaves untyped."""
    version, as_of, body, report, made_by, made_at = row
    return ThresholdsRecord(
        version=version,
        as_of=as_of,
        body=msgspec.json.decode(body),
        report=msgspec.json.decode(report),
        made_by=made_by,
        made_at=made_at,
    )
