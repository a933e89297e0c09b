"""Which producers are there, and which keys have they? Keys are stored as SHA-256; a key itself is never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT = text(
    """
    INSERT INTO source (name, kind, settings) VALUES (:name, :kind, CAST(:settings AS jsonb))
    ON CONFLICT (name) DO NOTHING RETURNING name, kind, settings, created_at, updated_at
    """
)
_READ = text("SELECT name, kind, settings, created_at, updated_at FROM source WHERE name = :name")
_LIST = text(
    """
    SELECT name, kind, settings, created_at, updated_at FROM source
    WHERE name > :after ORDER BY name LIMIT :limit
    """
)
_UPDATE = text(
    """
    UPDATE source SET settings = CAST(:settings AS jsonb), updated_at = now() WHERE name = :name
    RETURNING name, kind, settings, created_at, updated_at
    """
)
_DELETE = text("DELETE FROM source WHERE name = :name")
_NAMESPACES = text(
    "SELECT name, settings ->> 'id_namespace' FROM source WHERE name = ANY(:names) AND settings ? 'id_namespace'"
)
_ADD_KEY = text("INSERT INTO producer_key (id, source, sha256) VALUES (:id, :source, :sha256)")
_KEYS = text("SELECT id, created_at FROM producer_key WHERE source = :source ORDER BY created_at, id")
_REVOKE = text("DELETE FROM producer_key WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One producer."""

    name: str
    kind: str
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime


async def insert_source(connection: AsyncConnection, *, name: str, kind: str, settings: str) -> Source | None:
    """The new source; None when the name is taken. `settings` is JSON text."""
    values = {"name": name, "kind": kind, "settings": settings}
    row = (await connection.execute(_INSERT, values)).mappings().one_or_none()
    return Source(**row) if row else None


async def read_source(connection: AsyncConnection, name: str) -> Source | None:
    """One source by name."""
    row = (await connection.execute(_READ, {"name": name})).mappings().one_or_none()
    return Source(**row) if row else None


async def list_sources(connection: AsyncConnection, *, after: str, limit: int) -> list[Source]:
    """Sources by name, behind the given one."""
    rows = await connection.execute(_LIST, {"after": after, "limit": limit})
    return [Source(**row) for row in rows.mappings()]


async def update_source(connection: AsyncConnection, *, name: str, settings: str) -> Source | None:
    """Replace the settings (JSON text); None when there is no such source."""
    row = (await connection.execute(_UPDATE, {"name": name, "settings": settings})).mappings().one_or_none()
    return Source(**row) if row else None


async def delete_source(connection: AsyncConnection, name: str) -> bool:
    """Delete a source and its keys; whether there was one. Its events stay."""
    return bool((await connection.execute(_DELETE, {"name": name})).rowcount)


async def read_namespaces(connection: AsyncConnection, names: Iterable[str]) -> dict[str, str]:
    """The id namespace of each source that has one."""
    rows = await connection.execute(_NAMESPACES, {"names": list(names)})
    return {name: namespace for name, namespace in rows}  # noqa: C416 - rows are no pairs to the type checker


async def add_key(connection: AsyncConnection, *, key_id: str, source: str, sha256: bytes) -> None:
    """Store a key's hash for a source that exists."""
    await connection.execute(_ADD_KEY, {"id": key_id, "source": source, "sha256": sha256})


async def list_keys(connection: AsyncConnection, source: str) -> list[dict[str, object]]:
    """id and created_at of a source's keys, oldest first."""
    return [dict(row) for row in (await connection.execute(_KEYS, {"source": source})).mappings()]


async def revoke_key(connection: AsyncConnection, key_id: str) -> bool:
    """Delete a key; whether there was one."""
    return bool((await connection.execute(_REVOKE, {"id": key_id})).rowcount)
