"""Who is meant, and with which states? A customer as named in a path, its canonical id, and the union of its states."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from common.errors import Absent, Gone
from scoring.domain.state.state import State
from scoring.store.erasure import find_erased
from scoring.store.states import read_standings
from scoring.usecases.deployment import Deployment


class CustomerUnknown(Absent):
    """No event of that customer was ever applied."""

    code = "unknown_customer"


class CustomerErased(Gone):
    """The customer's data were erased: nothing is known of it, and nothing more is kept."""

    code = "customer_erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A canonical id, the ids that are read as one with it (itself first), and their united state."""

    id: str
    subjects: Sequence[str]
    state: State


async def find_customer(connection: AsyncConnection, own: str, *, named: str, deployment: Deployment) -> Customer:
    """The customer of an own id; `named` is how the path said it. Raises CustomerUnknown, CustomerErased."""
    found = await find_customers(connection, [own], deployment=deployment)
    if own not in found:
        if await find_erased(connection, {own: deployment.partition_of(own)}):
            raise CustomerErased(
                f"All data of {named[:80]} were erased on request, and nothing more is kept of that id: "
                "take it from your lists.",
                customer=own,
            )
        raise CustomerUnknown(
            f"No event of {named[:80]} was applied. If it was sent just now, ask again in a second. "
            "Ask ingest's GET /v1/customers/{customer} which ids it knows, or "
            "name the customer by another identifier, as `kind:value` (for example email:ann@example.com).",
            customer=own,
        )
    return found[own]


async def find_customers(
    connection: AsyncConnection, ids: Sequence[str], *, deployment: Deployment
) -> dict[str, Customer]:
    """The customers of some ids, by the ids that were asked for; ids without a state are left out."""
    canonical = await canonical_ids(connection, ids)
    united = await members(connection, canonical.values())
    subjects = [subject for each in united.values() for subject in each]
    standings = await read_standings(connection, {subject: deployment.partition_of(subject) for subject in subjects})
    customers = {}
    for id_, customer in canonical.items():
        known = [standings[subject] for subject in united[customer] if subject in standings]
        states = [standing.state for standing in known if not standing.is_erased]
        if states:
            state = states[0] if len(states) == 1 else State.union(states)
            customers[id_] = Customer(id=customer, subjects=united[customer], state=state)
    return customers
