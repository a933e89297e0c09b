"""What does engagement know of a customer? The union of its id and its aliases, with the strictest consents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import aliases_since, resolve
from common.errors import Absent
from engagement.domain.consent import Consent, effective_consents
from engagement.store.addresses import count_addresses
from engagement.store.consents import read_statements
from engagement.store.profiles import read_profile
from engagement.store.relationships import read_relationship


class UnknownCustomer(Absent):
    """Nothing was told of this customer here."""

    code = "unknown_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredCustomer:
    """One customer: `addresses` counts them by kind, `card` is scoring's last one."""

    customer: str
    aliases: Sequence[str]
    profile: Mapping[str, Any]
    addresses: Mapping[str, int]
    consents: Sequence[Consent]
    card: Mapping[str, Any] | None


async def read_customer(connection: AsyncConnection, own: str, *, named: str) -> MirroredCustomer:
    """The customer that an id belongs to; `named` is how it was asked for. Raises UnknownCustomer."""
    customer = await resolve(connection, own)
    aliases = await aliases_since(connection, customer)
    ids = [customer, *aliases]
    statements = await read_statements(connection, customer, aliases)
    profile = await read_profile(connection, ids)
    addresses = await count_addresses(connection, ids)
    card = await read_relationship(connection, ids)
    if not (aliases or statements or profile or addresses or card):
        raise UnknownCustomer(
            f"Engagement has heard nothing of {named[:80]}. If its first event was sent just now, ask again in a "
            "second. Ask ingest's GET /v1/customers/{customer} which ids it knows, or "
            "name the customer by another identifier, as `kind:value` (for example email:ann@example.com).",
            customer=own,
        )
    return MirroredCustomer(
        customer=customer,
        aliases=list(aliases),
        profile=profile,
        addresses=addresses,
        consents=effective_consents(statements),
        card=card,
    )
