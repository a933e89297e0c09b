"""What are these customers' cards as of a day?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from scoring.domain.arrays import pack_states
from scoring.domain.card import Cards, score
from scoring.domain.rules import Rules
from scoring.domain.state import State
from scoring.usecases.find_customer import Customer

LATER: Final = ("habits", "preferences")
"""What the card will also hold."""

MOST_UNPRICED: Final = 50


def read_cards(customers: Sequence[Customer], *, as_of: date, rules: Rules, currency: str) -> list[dict[str, Any]]:
    """The cards in the order of the customers, in the shape of http-api.md section 4."""
    columns = score(pack_states(one.state for one in customers), as_of, rules.policy, rules.thresholds)
    cards = Cards(columns, currency)
    return [_completed(cards.card(number, one.id), one.state) for number, one in enumerate(customers)]


def _completed(card: dict[str, Any], state: State) -> dict[str, Any]:
    """The card with what only its readers are told: what comes later, and orders in a currency without a rate."""
    unknown = {**card["unknown"], **dict.fromkeys(LATER, "not_in_this_version")}
    unpriced = [key.removeprefix("order:") for key in state.orders_without_rate()[:MOST_UNPRICED]]
    return {**card, **dict.fromkeys(LATER), "unknown": unknown, "orders_without_rate": unpriced}
