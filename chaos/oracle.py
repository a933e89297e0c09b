"""What must the system say? A plain model, fed with nothing but the events that ingest acknowledged."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Oracle:
    """Orders by customer and id: an event acknowledged twice counts once."""

    orders: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def acknowledge(self, event: Mapping[str, Any]) -> None:
        """One event was accepted, or accepted again."""
        self.orders[event["data"]["identifiers"]["user_id"]][event["id"]] = event["data"]["amount_minor"]

    def events(self) -> int:
        """How many distinct events were acknowledged."""
        return sum(len(orders) for orders in self.orders.values())

    def expected(self) -> dict[str, tuple[int, int]]:
        """For each customer: number of orders and their money in minor units."""
        return {customer: (len(orders), sum(orders.values())) for customer, orders in self.orders.items()}
