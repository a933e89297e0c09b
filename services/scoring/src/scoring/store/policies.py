"""Which versions of the policy are there? Immutable; in force is the one that was published last (rules.py).

A version is a draft until it is published. Its tests are what came with it; those of the newest file stand for what
is shipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MIGRATE: Final = "migrate"
"""The author and publisher of what came from a file."""

DRAFT: Final = "draft"
IN_FORCE: Final = "in_force"
PUBLISHED: Final = "published"
"""Published once and followed by another."""

# Of two transactions that add or publish versions the second waits for the first, and then sees what it did.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('guanxi scoring policy'))")
_ADD = text(
    """
    INSERT INTO policy (version, body, from_file, author, note, tests, published_at, published_by)
    VALUES (:version, CAST(:body AS json), CAST(:from_file AS boolean), :author, :note, CAST(:tests AS json),
            CASE WHEN CAST(:from_file AS boolean) THEN clock_timestamp() END,
            CASE WHEN CAST(:from_file AS boolean) THEN CAST(:author AS text) END)
    """
)
_PUBLISH = text("UPDATE policy SET published_at = clock_timestamp(), published_by = :by WHERE version = :version")
_NEWEST_FILE = text(
    """
    SELECT version, CAST(body AS text), CAST(tests AS text) FROM policy
    WHERE from_file AND (CAST(:until AS text) IS NULL OR number <= (SELECT number FROM policy WHERE version = :until))
    ORDER BY number DESC LIMIT 1
    """
)
_SET_TESTS = text("UPDATE policy SET tests = CAST(:tests AS json) WHERE version = :version")
_ROWS: Final = """
    SELECT version, loaded_at, author, note, published_at, published_by,
           CASE WHEN published_at IS NULL THEN 'draft'
                WHEN number = (SELECT number FROM policy WHERE published_at IS NOT NULL
                               ORDER BY published_at DESC, number DESC LIMIT 1) THEN 'in_force'
                ELSE 'published' END
"""
_LIST = text(f"{_ROWS} FROM policy ORDER BY number DESC")
_STORED = text(f"{_ROWS}, CAST(body AS text), CAST(tests AS text) FROM policy WHERE version = :version")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version and where it stands."""

    version: str
    loaded_at: datetime
    author: str
    note: str
    published_at: datetime | None
    published_by: str | None
    state: str

    @property
    def in_force(self) -> bool:
        return self.state == IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """One version in full; `tests` are the fixtures that came with it."""

    told: PolicyVersion
    body: dict[str, Any]  # as it came, checked by Policy.from_mapping
    tests: list[dict[str, Any]]  # as they came, checked by read_fixtures


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """What was loaded from a file last, and under which version."""

    version: str
    body: dict[str, Any]
    tests: list[dict[str, Any]]


async def lock_policies(connection: AsyncConnection) -> None:
    """Be the only one who adds or publishes until the transaction ends."""
    await connection.execute(_LOCK)


async def add_policy(
    connection: AsyncConnection,
    *,
    version: str,
    body: Mapping[str, Any],
    tests: Sequence[Mapping[str, Any]] = (),
    author: str = MIGRATE,
    note: str = "",
    from_file: bool = False,
) -> None:
    """Store a draft; what comes from a file is in force at once."""
    added = {"version": version, "body": _json(body), "tests": _json(tests), "author": author, "note": note}
    await connection.execute(_ADD, {**added, "from_file": from_file})


async def mark_published(connection: AsyncConnection, version: str, *, by: str) -> None:
    """Put a stored version in force."""
    await connection.execute(_PUBLISH, {"version": version, "by": by})


async def newest_file(connection: AsyncConnection, *, until: str | None = None) -> PolicyFile | None:
    """What was loaded from a file last, or last when the version `until` was made."""
    row = (await connection.execute(_NEWEST_FILE, {"until": until})).one_or_none()
    if row is None:
        return None
    return PolicyFile(version=row[0], body=msgspec.json.decode(row[1]), tests=msgspec.json.decode(row[2]))


async def replace_tests(connection: AsyncConnection, version: str, tests: Sequence[Mapping[str, Any]]) -> None:
    """The files of the tests changed and the policy did not."""
    await connection.execute(_SET_TESTS, {"version": version, "tests": _json(tests)})


async def list_policies(connection: AsyncConnection) -> list[PolicyVersion]:
    """Every version, newest first."""
    return [_version(row) for row in await connection.execute(_LIST)]


async def find_stored(connection: AsyncConnection, version: str) -> StoredPolicy | None:
    """One version in full."""
    row = (await connection.execute(_STORED, {"version": version})).one_or_none()
    if row is None:
        return None
    return StoredPolicy(told=_version(row), body=msgspec.json.decode(row[7]), tests=msgspec.json.decode(row[8]))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _version(row: Any) -> PolicyVersion:
    """From a row of _ROWS, which the driver leaves untyped."""
    version, loaded_at, author, note, published_at, published_by, state = row[:7]
    return PolicyVersion(
        version=version,
        loaded_at=loaded_at,
        author=author,
        note=note,
        published_at=published_at,
        published_by=published_by,
        state=state,
    )
