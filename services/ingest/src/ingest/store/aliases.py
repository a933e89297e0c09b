"""Which customer is an own id known to be? A bounded copy of the link journal in the api's memory.

Accepting an event needs no database: what the cache does not know stays its own id, and the worker links it.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST: Final = 100_000
_HOPS: Final = 8

_NEXT = text("SELECT id, alias, customer FROM link WHERE id > :last ORDER BY id LIMIT :limit")
_START = text("SELECT coalesce(max(id), 0) - :most FROM link")


class KnownAliases:
    """Alias -> customer, refreshed by `refresh` from the journal; chains are followed, the oldest links forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._customers: dict[str, str] = {}
        self._last: int | None = None

    def canonical(self, own: str) -> str:
        """The customer of an own id, as far as is known."""
        customer = self._customers.get(own)
        if customer is None:
            return own
        for _ in range(_HOPS):
            further = self._customers.get(customer)
            if further is None:
                break
            customer = further
        return customer

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what was linked since the last time."""
        if self._last is None:
            self._last = int((await connection.execute(_START, {"most": self._most})).scalar_one())
        for link_id, alias, customer in await connection.execute(_NEXT, {"last": self._last, "limit": self._most}):
            self._customers.pop(alias, None)
            self._customers[alias] = customer
            self._last = link_id
        while len(self._customers) > self._most:
            del self._customers[next(iter(self._customers))]
