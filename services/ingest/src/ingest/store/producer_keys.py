"""Whose key is this? Known keys live in memory and are read again each second; a new one is asked for once.

So a revoked key dies within a second, and with the database down every key seen before keeps working.
"""

from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache, TTLCache
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database
from common.http.keys import Principal

MOST: Final = 10_000
UNKNOWN_SECONDS: Final = 5.0
SCOPES: Final = frozenset({"events:write"})

_FIND = text(
    """
    SELECT k.sha256, k.source, s.settings ->> 'id_namespace', CAST(s.settings ->> 'per_second' AS float8)
    FROM producer_key k JOIN source s ON s.name = k.source WHERE k.sha256 = ANY(:digests)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerPrincipal(Principal):
    """A producer; `namespace` keeps its customers apart from other shops'."""

    namespace: str | None = None


class ProducerKeys:
    """The `lookup` of common.http.keys.Keys."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: LRUCache[bytes, ProducerPrincipal] = LRUCache(MOST)
        self._unknown: TTLCache[bytes, bool] = TTLCache(MOST, UNKNOWN_SECONDS)

    async def lookup(self, digest: bytes) -> Principal | None:
        """The producer of a key's SHA-256; None when nobody has it. Raises what a database that is down raises."""
        known = self._known.get(digest)
        if known is not None or digest in self._unknown:
            return known
        async with self._database.transaction() as connection:
            found = await _find(connection, [digest])
        if digest in found:
            self._known[digest] = found[digest]
        else:
            self._unknown[digest] = True
        return found.get(digest)

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read all known keys again; those that are gone are forgotten."""
        asked = list(self._known)
        found = await _find(connection, asked) if asked else {}
        for digest in asked:
            if digest in found:
                self._known[digest] = found[digest]
            else:
                self._known.pop(digest, None)


async def _find(connection: AsyncConnection, digests: list[bytes]) -> dict[bytes, ProducerPrincipal]:
    rows = await connection.execute(_FIND, {"digests": digests})
    return {
        digest: ProducerPrincipal(name=source, source=source, scopes=SCOPES, per_second=per_second, namespace=namespace)
        for digest, source, namespace, per_second in rows
    }
