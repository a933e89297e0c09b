"""Which policy is in force, and which ones were? Immutable versions; the newest is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Unavailable
from scoring.domain.policy import Policy

_NEWEST = text(
    """
    SELECT number, version, CASE WHEN number = :known THEN NULL ELSE CAST(body AS text) END
    FROM policy ORDER BY number DESC LIMIT 1
    """
)
_ADD = text("INSERT INTO policy (version, body, from_file) VALUES (:version, CAST(:body AS json), :from_file)")
_NEWEST_FILE = text("SELECT CAST(body AS text) FROM policy WHERE from_file ORDER BY number DESC LIMIT 1")
_LIST = text("SELECT version, loaded_at, number = max(number) OVER () FROM policy ORDER BY number DESC")
_FIND = text("SELECT CAST(body AS text) FROM policy WHERE version = :version")


class NoPolicy(Unavailable):
    """No policy was loaded yet."""

    code = "no_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One loaded version."""

    version: str
    loaded_at: datetime
    in_force: bool


class Policies:
    """The policy in force, read again when its version changes."""

    def __init__(self) -> None:
        self._number = 0
        self._policy: Policy | None = None

    async def in_force(self, connection: AsyncConnection) -> Policy:
        """The newest policy; raises NoPolicy."""
        row = (await connection.execute(_NEWEST, {"known": self._number})).one_or_none()
        if row is None:
            raise NoPolicy("No scoring policy is loaded: run `python -m scoring migrate`.")
        number, version, body = row
        if body is not None or self._policy is None:
            self._policy = Policy.from_mapping({**msgspec.json.decode(body), "version": version})
            self._number = number
        return self._policy


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
