"""What are these customers' cards as of a day, and one customer's with all that a reader is told beside the scores?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import Cards, score
from scoring.domain.policy.rules import Rules
from scoring.domain.portrait.portrait import Drawn
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.state import State
from scoring.usecases.deployment import Deployment
from scoring.usecases.draw_portrait import draw_portrait
from scoring.usecases.find_customer import Customer

DRAWN: Final = ("habits", "preferences", "portrait")
"""What is told for one customer at a time: it is drawn from their events, not from the state."""

MOST_UNPRICED: Final = 50


def read_cards(customers: Sequence[Customer], *, as_of: date, rules: Rules, currency: str) -> list[dict[str, Any]]:
    """The cards in the order of the customers, in the shape of http-api.md section 4."""
    columns = score(pack_states(one.state for one in customers), as_of, rules.policy, rules.thresholds)
    cards = Cards(columns, currency)
    return [completed(cards.card(number, one.id), one.state) for number, one in enumerate(customers)]


async def read_card(
    connection: AsyncConnection, customer: Customer, *, as_of: date, rules: Rules, deployment: Deployment
) -> dict[str, Any]:
    """One card with habits, preferences and portrait."""
    columns = score(pack_states([customer.state]), as_of, rules.policy, rules.thresholds)
    drawn = await draw_portrait(connection, customer, columns, as_of=as_of, rules=rules, deployment=deployment)
    return completed(Cards(columns, deployment.currency).card(0, customer.id), customer.state, drawn)


def completed(card: dict[str, Any], state: State, drawn: Drawn | None = None) -> dict[str, Any]:
    """The card with what only its readers are told: the portrait, and orders in a currency without a rate."""
    unpriced = [key.removeprefix("order:") for key in state.orders_without_rate()[:MOST_UNPRICED]]
    if drawn is None:
        told, codes = dict.fromkeys(DRAWN), dict.fromkeys(DRAWN, Unknown.NOT_ASKED.value)
    else:
        told, codes = {name: getattr(drawn, name) for name in DRAWN}, dict(drawn.unknown)
    return {**card, **told, "unknown": {**card["unknown"], **codes}, "orders_without_rate": unpriced}
