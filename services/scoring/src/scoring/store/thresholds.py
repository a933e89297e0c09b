"""Which records of thresholds are there? Immutable; the newest is in force, and before the first the policy's own."""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_FIND = text("SELECT CAST(body AS text) FROM thresholds WHERE version = :version")


async def find_thresholds(connection: AsyncConnection, version: str) -> dict[str, Any] | None:
    """The record of a version, in the shape of Thresholds.as_mapping."""
    body = (await connection.execute(_FIND, {"version": version})).scalar_one_or_none()
    found: dict[str, Any] | None = None if body is None else msgspec.json.decode(body)
    return found
