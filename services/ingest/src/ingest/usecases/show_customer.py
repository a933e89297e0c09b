"""Who is this customer to ingest? The canonical id and all ids that are the same one; no personal values are kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import members, resolve
from common.errors import Absent
from ingest.store.links import identities


class NoSuchCustomer(Absent):
    """No event named anybody so."""

    code = "no_such_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """`aliases` are own ids with their kinds; `identifiers` counts the kinds known."""

    customer: str
    aliases: list[dict[str, str | None]]
    identifiers: dict[str, int]
    first_seen_at: datetime


async def show_customer(connection: AsyncConnection, own: str) -> Customer:
    """The customer of an own id; NoSuchCustomer when no event named it."""
    customer = await resolve(connection, own)
    ids = (await members(connection, [customer]))[customer]
    known = await identities(connection, ids)
    if not known:
        raise NoSuchCustomer("No event has named this customer yet.")
    kinds = {one: known[one].kind if one in known else None for one in ids}
    return Customer(
        customer=customer,
        aliases=[{"id": one, "kind": kinds[one]} for one in ids[1:]],
        identifiers=dict(Counter(kind for kind in kinds.values() if kind is not None)),
        first_seen_at=min(seen.at for seen in known.values()),
    )
