"""What did scoring say last of a relationship? The card as published, by (as_of, event id)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_SAVE = text(
    """
    INSERT INTO relationship AS known (customer, as_of, id, card)
    SELECT customer, as_of, id, CAST(card AS jsonb)
    FROM unnest(CAST(:customers AS text[]), CAST(:days AS date[]), CAST(:ids AS text[]), CAST(:cards AS text[]))
        AS told(customer, as_of, id, card)
    ON CONFLICT (customer) DO UPDATE SET as_of = excluded.as_of, id = excluded.id, card = excluded.card
    WHERE (known.as_of, known.id) < (excluded.as_of, excluded.id)
    """
)
_READ = text(
    """
    SELECT CAST(card AS text) FROM relationship WHERE customer = ANY(:ids) ORDER BY as_of DESC, id DESC LIMIT 1
    """
)
_CARDS = text("SELECT customer, as_of, id, CAST(card AS text) FROM relationship WHERE customer = ANY(:ids)")
_SAMPLE = text(
    """
    SELECT customer FROM relationship WHERE NOT EXISTS (SELECT FROM alias WHERE alias = relationship.customer)
    ORDER BY customer LIMIT :limit
    """
)
_HEALTH = text(
    """
    SELECT customer, as_of, id, CAST(card #>> '{care,health}' AS float8) FROM relationship WHERE customer = ANY(:ids)
    """
)

Evaluation = tuple[date, str, dict[str, Any]]
"""The day of a card, the id of its event, the card."""


async def save_relationships(connection: AsyncConnection, told: Mapping[str, Evaluation]) -> None:
    """Keep the last card of each customer."""
    if not told:
        return
    customers = sorted(told)
    days, ids, cards = zip(*(told[customer] for customer in customers), strict=True)
    encoded = [json.encode(card).decode() for card in cards]
    await connection.execute(_SAVE, {"customers": customers, "days": list(days), "ids": list(ids), "cards": encoded})


async def read_relationship(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Any] | None:
    """The last card among some ids of one customer."""
    card = (await connection.execute(_READ, {"ids": list(ids)})).scalar_one_or_none()
    return None if card is None else json.decode(card, type=dict[str, Any])


async def read_health(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[date, str, float | None]]:
    """Day, event id and health of each id's own last card."""
    rows = await connection.execute(_HEALTH, {"ids": list(ids)})
    return {customer: (as_of, id_, health) for customer, as_of, id_, health in rows}


async def read_cards(connection: AsyncConnection, owners: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Customer -> the last card among its ids; `owners`: id -> customer."""
    last: dict[str, tuple[date, str, str]] = {}
    for own, *evaluation in await connection.execute(_CARDS, {"ids": list(owners)}):
        last[owners[own]] = max(tuple(evaluation), last.get(owners[own], tuple(evaluation)))
    return {customer: json.decode(card, type=dict[str, Any]) for customer, (_, _, card) in last.items()}


async def sample_customers(connection: AsyncConnection, *, limit: int) -> list[str]:
    """Some customers that have a card; ids are hashes, so the first ones are as good as drawn by lot."""
    return list((await connection.execute(_SAMPLE, {"limit": limit})).scalars())
