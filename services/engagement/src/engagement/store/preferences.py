"""What does a customer prefer? Of each key the value told with the highest confidence that has not run out.

A row a value, so that one that runs out gives its place to the next; of one value the last word counts.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Preference
from common.events import Event

_SAVE = text(
    """
    INSERT INTO preference AS known (customer, key, digest, value, confidence, expires_on, time, source, id)
    SELECT customer, key, digest, CAST(value AS jsonb), confidence, expires_on, time, source, id
    FROM unnest(CAST(:customers AS text[]), CAST(:keys AS text[]), CAST(:digests AS text[]), CAST(:values AS text[]),
                CAST(:confidences AS float8[]), CAST(:expiries AS date[]), CAST(:times AS timestamptz[]),
                CAST(:sources AS text[]), CAST(:ids AS text[]))
        AS told(customer, key, digest, value, confidence, expires_on, time, source, id)
    ON CONFLICT (customer, key, digest) DO UPDATE
    SET confidence = excluded.confidence, expires_on = excluded.expires_on, time = excluded.time,
        source = excluded.source, id = excluded.id
    WHERE (known.time, known.source, known.id) < (excluded.time, excluded.source, excluded.id)
    """
)
_READ = text(
    """
    SELECT customer, key, CAST(value AS text), confidence, expires_on FROM preference
    WHERE customer = ANY(:ids) AND (expires_on IS NULL OR expires_on >= CAST(:today AS date))
    ORDER BY key, confidence DESC, time DESC, source DESC, id DESC
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPreference:
    """`value`: a text, number, flag or list, as the producer told it; valid until `expires_on` inclusive."""

    key: str
    value: Any  # the customer's own choice of form
    confidence: float
    expires_on: date | None


async def save_preferences(
    connection: AsyncConnection, told: Mapping[tuple[str, str, bytes], tuple[Event, Preference]]
) -> None:
    """Keep, for each (customer, key, value as JSON), what was told last."""
    if not told:
        return
    rows = [(*key, *told[key]) for key in sorted(told)]
    columns = {
        "customers": [customer for customer, *_ in rows],
        "keys": [key for _, key, *_ in rows],
        "digests": [hashlib.sha256(value).hexdigest() for _, _, value, *_ in rows],
        "values": [value.decode() for _, _, value, *_ in rows],
        "confidences": [one.confidence for *_, one in rows],
        "expiries": [one.expires_on for *_, one in rows],
        "times": [event.time for *_, event, _ in rows],
        "sources": [event.source for *_, event, _ in rows],
        "ids": [event.id for *_, event, _ in rows],
    }
    await connection.execute(_SAVE, columns)


async def read_preferences(
    connection: AsyncConnection, owners: Mapping[str, str], *, today: date
) -> dict[str, Collection[StatedPreference]]:
    """Customer -> one a key, by key; `owners`: id -> customer."""
    found: dict[str, dict[str, StatedPreference]] = {customer: {} for customer in owners.values()}
    ranked = list(await connection.execute(_READ, {"ids": list(owners), "today": today}))
    for own, key, value, confidence, expires_on in ranked:
        one = StatedPreference(key=key, value=json.decode(value), confidence=confidence, expires_on=expires_on)
        found[owners[own]].setdefault(key, one)
    return {customer: list(by_key.values()) for customer, by_key in found.items()}
