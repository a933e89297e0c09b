"""Which events are measured with? Orders of many customers with random ids and texts, so that nothing repeats."""

import random
import uuid
from typing import Any

import msgspec

from common.identity import IdentityKey

CUSTOMERS = 20_000


def orders(number: int, seed: int) -> list[dict[str, Any]]:
    """Canonical events in the shape of a shop's orders, about 400 bytes each."""
    dice = random.Random(seed)
    return [_order(dice) for _ in range(number)]


def _order(dice: random.Random) -> dict[str, Any]:
    amount = dice.randint(500, 90_000)
    return {
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "type": "order.completed",
        "time": f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:15:00+08:00",
        "data": {
            "channel": dice.choice(("web", "app", "store")),
            "identifiers": {"user_id": str(dice.randint(1, CUSTOMERS))},
            "order_id": str(dice.randint(10**7, 10**8)),
            "amount_minor": amount,
            "currency": "CNY",
            "items": [{"sku": f"T{dice.randint(1, 500)}", "category": "tea", "quantity": 1, "amount_minor": amount}],
            "properties": {"note": f"{dice.getrandbits(96):x}"},
        },
    }


def raw_records(number: int, seed: int) -> list[tuple[bytes, bytes]]:
    """The same events as key and value on Kafka."""
    key = IdentityKey(b"0123456789abcdef")
    records = []
    for order in orders(number, seed):
        subject = key.own_id("user_id", order["data"]["identifiers"]["user_id"])
        head = {"specversion": "1.0", "source": "bench", "recordedtime": "2026-11-24T10:00:00.000Z", "dataversion": 1}
        value = {**head, "datacontenttype": "application/json", "subject": subject, **order}
        records.append((subject.encode(), msgspec.json.encode(value)))
    return records
