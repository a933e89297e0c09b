"""What are the cards of these named customers, and of whom is nothing known?"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.identity import IdentityKey, read_customer
from scoring.domain.policy.rules import Rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import find_customers
from scoring.usecases.read_cards import read_cards


async def get_cards(
    connection: AsyncConnection,
    named: Sequence[str],
    *,
    as_of: date,
    rules: Rules,
    identity_key: IdentityKey,
    deployment: Deployment,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Cards in the order asked for, and the names without a state. Raises UnreadableCustomer."""
    own = {name: read_customer(name, identity_key) for name in named}
    found = await find_customers(connection, list(own.values()), deployment=deployment)
    known = [found[id_] for id_ in own.values() if id_ in found]
    cards = await asyncio.to_thread(read_cards, known, as_of=as_of, rules=rules, currency=deployment.currency)
    return cards, [name for name, id_ in own.items() if id_ not in found]
