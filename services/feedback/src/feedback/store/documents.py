"""Which versions are there of what operators write? The newest of each name is live; the others stay."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = "id, kind, name, version, text, from_file, author, created_at"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('feedback documents'))")
_LIVE = text(f"SELECT DISTINCT ON (name) {_COLUMNS} FROM document WHERE kind = :kind ORDER BY name, version DESC")  # noqa: S608
_ONE = text(f"SELECT {_COLUMNS} FROM document WHERE kind = :kind AND name = :name ORDER BY version DESC LIMIT 1")  # noqa: S608
_VERSION = text(f"SELECT {_COLUMNS} FROM document WHERE kind = :kind AND name = :name AND version = :version")  # noqa: S608
_NEWEST_ID = text("SELECT coalesce(max(id), 0) FROM document WHERE kind = :kind")
_FILE_DIGEST = text(
    "SELECT sha256 FROM document WHERE kind = :kind AND name = :name AND from_file ORDER BY version DESC LIMIT 1"
)
_ADD = text(
    f"""
    INSERT INTO document (kind, name, version, text, sha256, from_file, author)
    VALUES (:kind, :name, :version, :text, :sha256, :from_file, :author) RETURNING {_COLUMNS}
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of one document."""

    id: int
    kind: str
    name: str
    version: int
    text: str
    from_file: bool
    author: str
    created_at: datetime


async def lock_documents(connection: AsyncConnection) -> None:
    """From here to the transaction's end nobody else writes a version."""
    await connection.execute(_LOCK)


async def live_documents(connection: AsyncConnection, kind: str) -> Sequence[Document]:
    """The newest version of every name."""
    return [Document(**row) for row in (await connection.execute(_LIVE, {"kind": kind})).mappings()]


async def live_document(connection: AsyncConnection, kind: str, name: str) -> Document | None:
    """The newest version of a name."""
    row = (await connection.execute(_ONE, {"kind": kind, "name": name})).mappings().one_or_none()
    return None if row is None else Document(**row)


async def document_version(connection: AsyncConnection, kind: str, name: str, version: int) -> Document | None:
    """One version of a name."""
    found = await connection.execute(_VERSION, {"kind": kind, "name": name, "version": version})
    row = found.mappings().one_or_none()
    return None if row is None else Document(**row)


async def newest_id(connection: AsyncConnection, kind: str) -> int:
    """Grows with every version of any name: what was read before is still live while it is the same."""
    newest: int = (await connection.execute(_NEWEST_ID, {"kind": kind})).scalar_one()
    return newest


async def is_loaded(connection: AsyncConnection, kind: str, name: str, content: str) -> bool:
    """Whether the file of a name was last loaded with this content."""
    loaded = (await connection.execute(_FILE_DIGEST, {"kind": kind, "name": name})).scalar_one_or_none()
    return loaded == _digest(content)


async def add_document(
    connection: AsyncConnection, *, kind: str, name: str, version: int, content: str, from_file: bool, author: str
) -> Document:
    """Store a version; it is live from the commit on."""
    values = {"kind": kind, "name": name, "version": version, "text": content, "sha256": _digest(content)}
    row = (await connection.execute(_ADD, values | {"from_file": from_file, "author": author})).mappings().one()
    return Document(**row)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
