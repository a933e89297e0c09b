"""With what does a producer prove who it is? A new key, shown once and stored as its hash."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.store.sources import add_key, read_source
from ingest.usecases.change_source import NoSuchSource


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """The only time that `key` can be read."""

    id: str
    key: str


async def make_key(connection: AsyncConnection, source: str) -> NewKey:
    """Make a key of a source; NoSuchSource when there is none. Two live keys allow a rotation."""
    if await read_source(connection, source) is None:
        raise NoSuchSource(f"There is no source {source[:80]}.")
    made = NewKey(id=f"key_{secrets.token_hex(8)}", key=f"gx_{secrets.token_urlsafe(32)}")
    await add_key(connection, key_id=made.id, source=source, sha256=sha256(made.key.encode()).digest())
    return made
