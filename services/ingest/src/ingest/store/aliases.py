"""Which customer is an own id known to be? A bounded copy of the link journal in the api's memory.

Accepting an event needs no database: what the cache does not know stays its own id, and the worker links it.
"""

from typing import Final

from cachetools import LRUCache
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST: Final = 100_000
_HOPS: Final = 8

_NEXT = text("SELECT id, alias, customer FROM link WHERE id > :last ORDER BY id LIMIT :limit")
_START = text("SELECT coalesce(max(id), 0) - :most FROM link")


class KnownAliases:
    """Alias -> customer, refreshed by `refresh` from the journal; chains are followed."""

    def __init__(self, most: int = MOST) -> None:
        self._customers: LRUCache[str, str] = LRUCache(most)
        self._last: int | None = None

    def canonical(self, own: str) -> str:
        """The customer of an own id, as far as is known."""
        known = self._customers
        if own not in known:
            return own
        for _ in range(_HOPS):
            if own not in known:
                break
            own = known[own]
        return own

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what was linked since the last time."""
        most = int(self._customers.maxsize)
        if self._last is None:
            self._last = int((await connection.execute(_START, {"most": most})).scalar_one())
        for link_id, alias, customer in await connection.execute(_NEXT, {"last": self._last, "limit": most}):
            self._customers[alias] = customer
            self._last = link_id
