"""Who is meant, and with which states? A customer as named in a path, its canonical id, and the union of its states."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from common.errors import Absent
from scoring.domain.state import State
from scoring.store.states import read_standings
from scoring.usecases.deployment import Deployment


class CustomerUnknown(Absent):
    """No event of that customer was ever applied."""

    code = "unknown_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A canonical id, the ids that are read as one with it (itself first), and their united state."""

    id: str
    subjects: Sequence[str]
    state: State


async def find_customer(connection: AsyncConnection, own: str, *, named: str, deployment: Deployment) -> Customer:
    """The customer of an own id; `named` is how the path said it. Raises CustomerUnknown."""
    found = await find_customers(connection, [own], deployment=deployment)
    if own not in found:
        raise CustomerUnknown(
            f"No event of {named[:80]} was applied. Ask ingest's GET /v1/customers/{{customer}} which ids it knows, or "
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
        states = [standings[subject].state for subject in united[customer] if subject in standings]
        if states:
            state = states[0] if len(states) == 1 else State.union(states)
            customers[id_] = Customer(id=customer, subjects=united[customer], state=state)
    return customers
