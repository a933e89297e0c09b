"""What are these customers' cards as of a day?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from scoring.domain.arrays import pack_states
from scoring.domain.card import Cards, score
from scoring.domain.policy import Policy
from scoring.domain.thresholds import Thresholds
from scoring.usecases.find_customer import Customer

LATER: Final = ("habits", "preferences")
"""What the card will also hold."""


def read_cards(
    customers: Sequence[Customer], *, as_of: date, policy: Policy, thresholds: Thresholds, currency: str
) -> list[dict[str, Any]]:
    """The cards in the order of the customers, in the shape of http-api.md section 4."""
    columns = score(pack_states(one.state for one in customers), as_of, policy, thresholds)
    cards = Cards(columns, currency)
    return [_with_later(cards.card(number, one.id)) for number, one in enumerate(customers)]


def _with_later(card: dict[str, Any]) -> dict[str, Any]:
    unknown = {**card["unknown"], **dict.fromkeys(LATER, "not_in_this_version")}
    return {**card, **dict.fromkeys(LATER), "unknown": unknown}
