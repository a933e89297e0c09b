"""Which documents have operators written? Immutable versions of each, of which the newest is live."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = "kind, name, version, text, author, from_file, created_at"
_NEWEST_ID = text("SELECT coalesce(max(id), 0) FROM document")
_LIVE = text(f"SELECT DISTINCT ON (kind, name) {_COLUMNS} FROM document ORDER BY kind, name, version DESC")  # noqa: S608
_LIST = text(
    f"""
    SELECT DISTINCT ON (name) {_COLUMNS} FROM document WHERE kind = :kind AND name > :after
    ORDER BY name, version DESC LIMIT :limit
    """  # noqa: S608
)
_FIND = text(
    f"""
    SELECT {_COLUMNS} FROM document WHERE kind = :kind AND name = :name
    AND (CAST(:version AS int) IS NULL OR version = :version) ORDER BY version DESC LIMIT 1
    """  # noqa: S608
)
_FIND_MANY = text(
    f"""
    SELECT {_COLUMNS} FROM document
    JOIN unnest(CAST(:names AS text[]), CAST(:versions AS int[])) AS wanted(name, version) USING (name, version)
    WHERE kind = :kind
    """  # noqa: S608
)
_FILES = text(
    """
    SELECT DISTINCT ON (kind, name) kind, name, sha256 FROM document WHERE from_file
    ORDER BY kind, name, version DESC
    """
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('guanxi documents'))")
_ADD = text(
    f"""
    INSERT INTO document (kind, name, version, text, sha256, from_file, author)
    SELECT :kind, :name, coalesce(max(version), 0) + 1, :text, :sha256, :from_file, :author
    FROM document WHERE kind = :kind AND name = :name
    RETURNING {_COLUMNS}
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version as written. `author`: the name of the key that put it, or `file`."""

    kind: str
    name: str
    version: int
    text: str
    author: str
    from_file: bool
    created_at: datetime


def digest(written: str) -> str:
    """By what a file's content is known again."""
    return sha256(written.encode()).hexdigest()


async def newest_document_id(connection: AsyncConnection) -> int:
    """Rises with every version of anything."""
    return int((await connection.execute(_NEWEST_ID)).scalar_one())


async def live_documents(connection: AsyncConnection) -> list[Document]:
    """The newest version of every document."""
    return [Document(**row) for row in (await connection.execute(_LIVE)).mappings()]


async def list_documents(connection: AsyncConnection, kind: str, *, after: str, limit: int) -> list[Document]:
    """The newest versions of a kind by name, from the one after `after` on."""
    rows = await connection.execute(_LIST, {"kind": kind, "after": after, "limit": limit})
    return [Document(**row) for row in rows.mappings()]


async def find_document(
    connection: AsyncConnection, kind: str, name: str, *, version: int | None = None
) -> Document | None:
    """A version, or the newest."""
    row = (await connection.execute(_FIND, {"kind": kind, "name": name, "version": version})).mappings().one_or_none()
    return None if row is None else Document(**row)


async def find_versions(
    connection: AsyncConnection, kind: str, wanted: Iterable[tuple[str, int]]
) -> Sequence[Document]:
    """Some versions of some documents of a kind; those that do not exist are absent."""
    pairs = sorted(set(wanted))
    columns = {"names": [name for name, _ in pairs], "versions": [version for _, version in pairs]}
    return [Document(**row) for row in (await connection.execute(_FIND_MANY, {"kind": kind, **columns})).mappings()]


async def loaded_files(connection: AsyncConnection) -> dict[tuple[str, str], str]:
    """(kind, name) -> digest of what was loaded from a file last."""
    return {(kind, name): sha for kind, name, sha in await connection.execute(_FILES)}


async def lock_documents(connection: AsyncConnection) -> None:
    """One writer at a time, until the transaction's end: so a greater id is never seen before a smaller one."""
    await connection.execute(_LOCK)


async def add_document(
    connection: AsyncConnection, *, kind: str, name: str, written: str, author: str, from_file: bool = False
) -> Document:
    """The next version, live at once; call `lock_documents` first."""
    row = await connection.execute(
        _ADD,
        {
            "kind": kind,
            "name": name,
            "text": written,
            "sha256": digest(written),
            "from_file": from_file,
            "author": author,
        },
    )
    return Document(**row.mappings().one())
