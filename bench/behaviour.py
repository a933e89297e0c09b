"""Which events is scoring measured with? A shop's mixture with random ids and texts, by customers alike or not."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from typing import Any, Final

import msgspec

from common.identity import IdentityKey

EVERYBODY: Final = 20_000
FIRST: Final = datetime(2026, 9, 1, tzinfo=timezone(timedelta(hours=8)))
ZIPF: Final = 1.2
"""Of the skewed customers the n-th is met in proportion to 1/n^1.2: 550 of them in a batch of 2,000 events."""

Record = tuple[bytes, bytes]

TYPES: Final = (
    "page.viewed",
    "order.completed",
    "message.clicked",
    "order.delivered",
    "message.received",
    "survey.answered",
    "product.viewed",
    "cart.updated",
)
_KEY: Final = IdentityKey(b"0123456789abcdef")


def uniform(number: int, seed: int) -> list[tuple[bytes, bytes]]:
    """Key and value of events, each of another customer."""
    dice = random.Random(seed)
    return [_record(dice, f"{seed}-{at}", TYPES[at % len(TYPES)], _time(seed, at)) for at in range(number)]


def skewed(number: int, seed: int) -> list[tuple[bytes, bytes]]:
    """Key and value of events, most of them of few customers."""
    dice = random.Random(seed)
    weights = list(accumulate(1 / rank**ZIPF for rank in range(1, EVERYBODY + 1)))
    customers = dice.choices(range(EVERYBODY), cum_weights=weights, k=number)
    return [_record(dice, str(customer), dice.choice(TYPES), _time(seed, at)) for at, customer in enumerate(customers)]


def history(customers: int, each: int, seed: int) -> Iterator[Record]:
    """Key and value of events, so many of each customer, spread over the year before the others begin."""
    dice, number = random.Random(seed), customers * each
    for at in range(number):
        time = (FIRST - timedelta(days=360) + timedelta(days=360 * at / number)).isoformat()
        yield _record(dice, str(at % customers), dice.choice(TYPES), time)


def once_each(customers: int, number: int, seed: int) -> list[Record]:
    """Key and value of one event of each of some known customers."""
    dice = random.Random(seed)
    chosen = dice.sample(range(customers), number)
    return [_record(dice, str(one), dice.choice(TYPES), _time(seed, at)) for at, one in enumerate(chosen)]


def _time(seed: int, at: int) -> str:
    """One event a second, half a day a seed: events come in the order in which they happened."""
    return (FIRST + timedelta(hours=12 * seed, seconds=at)).isoformat()


def _record(dice: random.Random, user_id: str, type_: str, time: str) -> tuple[bytes, bytes]:
    subject = _KEY.own_id("user_id", user_id)
    data: dict[str, Any] = {
        "channel": dice.choice(("web", "app", "store")),
        "identifiers": {"user_id": user_id},
        "properties": {"path": f"/p/{dice.randrange(1000)}", "ref": f"{dice.getrandbits(96):x}"},
    }
    if type_ == "order.completed":
        amount = dice.randrange(500, 90_000)
        items = [{"sku": f"T{dice.randrange(500)}", "quantity": 1, "amount_minor": amount}]
        data |= {"order_id": str(dice.getrandbits(40)), "amount_minor": amount, "currency": "CNY", "items": items}
    elif type_ == "order.delivered":
        data |= {"order_id": str(dice.getrandbits(40)), "promised_at": "2026-11-01T10:00:00+08:00"}
    elif type_ == "survey.answered":
        data["rating"] = {"kind": "nps", "value": dice.randrange(11), "min": 0, "max": 10}
    elif type_ == "message.received":
        data["personal"] = dice.random() < 0.5
    value = {
        "specversion": "1.0",
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "source": "bench",
        "type": type_,
        "subject": subject,
        "time": time,
        "recordedtime": "2026-11-24T03:00:00.000Z",
        "datacontenttype": "application/json",
        "dataversion": 1,
        "data": data,
    }
    return subject.encode(), msgspec.json.encode(value)
