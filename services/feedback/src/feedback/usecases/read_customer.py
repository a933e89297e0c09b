"""What does feedback know of a customer? The union of its id and its aliases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import aliases_since, resolve
from common.errors import Absent
from feedback.store.customers import read_first_contact, read_language
from feedback.store.relationships import ShownRelationship, read_relationship
from feedback.store.research_consents import ResearchConsent, read_research_consents
from feedback.usecases.erase_customers import refuse_erased


class UnknownCustomer(Absent):
    """Nothing was told of this customer here."""

    code = "unknown_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredCustomer:
    """One customer; consents stand as they were told, id by id."""

    customer: str
    aliases: Sequence[str]
    first_contact_at: datetime | None
    language: str | None
    research_consents: Sequence[ResearchConsent]
    relationship: ShownRelationship | None


async def read_customer(connection: AsyncConnection, own: str) -> MirroredCustomer:
    """The customer that an id belongs to. Raises UnknownCustomer when nothing was told of it, CustomerErased."""
    customer = await resolve(connection, own)
    aliases = await aliases_since(connection, customer)
    ids = [customer, *aliases]
    first_contact_at = await read_first_contact(connection, ids)
    relationship = await read_relationship(connection, ids)
    if not (aliases or first_contact_at or relationship):
        await refuse_erased(connection, own)
        raise UnknownCustomer(f"Feedback has heard nothing of {own}. Is its first event consumed yet (freshness)?")
    return MirroredCustomer(
        customer=customer,
        aliases=list(aliases),
        first_contact_at=first_contact_at,
        language=await read_language(connection, ids),
        research_consents=await read_research_consents(connection, ids),
        relationship=relationship,
    )
