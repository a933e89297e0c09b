"""Which versions of the policy are there? Immutable; in force is the one that was published last (rules.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text(
    """
    INSERT INTO policy (version, body, from_file, published_at, published_by)
    VALUES (:version, CAST(:body AS json), :from_file, clock_timestamp(), 'migrate')
    """
)
_NEWEST_FILE = text("SELECT CAST(body AS text) FROM policy WHERE from_file ORDER BY number DESC LIMIT 1")
_LIST = text(
    """
    SELECT version, loaded_at, number = first_value(number) OVER (ORDER BY published_at DESC NULLS LAST, number DESC)
    FROM policy ORDER BY number DESC
    """
)
_FIND = text("SELECT CAST(body AS text) FROM policy WHERE version = :version")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One loaded version."""

    version: str
    loaded_at: datetime
    in_force: bool


async def add_policy(connection: AsyncConnection, *, version: str, body: Mapping[str, Any], from_file: bool) -> None:
    """Put a version in force."""
    encoded = msgspec.json.encode(body).decode()
    await connection.execute(_ADD, {"version": version, "body": encoded, "from_file": from_file})


async def newest_file(connection: AsyncConnection) -> dict[str, Any] | None:
    """The mapping that was loaded from a file last."""
    return _mapping((await connection.execute(_NEWEST_FILE)).scalar_one_or_none())


async def list_policies(connection: AsyncConnection) -> list[PolicyVersion]:
    """Every version, newest first."""
    rows = await connection.execute(_LIST)
    return [PolicyVersion(version=version, loaded_at=at, in_force=now) for version, at, now in rows]


async def find_policy(connection: AsyncConnection, version: str) -> dict[str, Any] | None:
    """The mapping of a version."""
    return _mapping((await connection.execute(_FIND, {"version": version})).scalar_one_or_none())


def _mapping(body: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = None if body is None else msgspec.json.decode(body)
    return found
