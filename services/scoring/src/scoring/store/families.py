"""Which of these ids are aliases, and which have aliases? One look at the alias table for a whole batch."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# The ids come as one text: the driver looks at each element of an array.
_AROUND = text(
    """
    WITH wanted AS MATERIALIZED (SELECT json_array_elements_text(CAST(:ids AS json)) AS id)
    SELECT alias, customer FROM wanted JOIN alias ON alias.alias = wanted.id
    UNION
    SELECT alias, customer FROM wanted JOIN alias ON alias.customer = wanted.id
    ORDER BY alias
    """
)


class Families:
    """The links around some ids; most ids have none."""

    def __init__(self, links: Iterable[tuple[str, str]]) -> None:
        self._customers = dict(links)
        self._aliases: dict[str, list[str]] = {}
        for alias, customer in self._customers.items():
            self._aliases.setdefault(customer, []).append(alias)

    @property
    def are_empty(self) -> bool:
        """Whether none of the ids is or has an alias."""
        return not self._customers

    def customer_of(self, id_: str) -> str:
        """The canonical customer of an id that was asked for."""
        return self._customers.get(id_, id_)

    def aliases_of(self, customer: str) -> list[str]:
        """The aliases of a canonical customer that was asked for."""
        return self._aliases.get(customer, [])


async def read_families(connection: AsyncConnection, ids: Iterable[str]) -> Families:
    """The links in which some ids stand, on either side."""
    rows = await connection.execute(_AROUND, {"ids": msgspec.json.encode(list(dict.fromkeys(ids))).decode()})
    return Families((alias, customer) for alias, customer in rows)
