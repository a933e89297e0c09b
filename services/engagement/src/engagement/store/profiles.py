"""What is the last word on each field of a profile? A deleted field stays as a null, so that late events stay late."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import Event

_SAVE = text(
    """
    INSERT INTO profile_field AS known (customer, field, value, time, source, id)
    SELECT customer, field, CAST(value AS jsonb), time, source, id
    FROM unnest(CAST(:customers AS text[]), CAST(:fields AS text[]), CAST(:values AS text[]),
                CAST(:times AS timestamptz[]), CAST(:sources AS text[]), CAST(:ids AS text[]))
        AS told(customer, field, value, time, source, id)
    ON CONFLICT (customer, field) DO UPDATE
    SET value = excluded.value, time = excluded.time, source = excluded.source, id = excluded.id
    WHERE (known.time, known.source, known.id) < (excluded.time, excluded.source, excluded.id)
    """
)
_READ = text(
    """
    SELECT field, value FROM (
        SELECT DISTINCT ON (field) field, CAST(value AS text) AS value FROM profile_field
        WHERE customer = ANY(:ids) ORDER BY field, time DESC, source DESC, id DESC
    ) AS last WHERE value IS NOT NULL
    """
)
_READ_MANY = text(
    """
    SELECT customer, field, CAST(value AS text) FROM profile_field WHERE customer = ANY(:ids)
    ORDER BY time, source, id
    """
)


async def save_profile_fields(connection: AsyncConnection, told: Mapping[tuple[str, str], tuple[Event, Any]]) -> None:
    """Keep, for each (customer, field), the value of the last writer; None deletes."""
    if not told:
        return
    rows = [(customer, field, *told[customer, field]) for customer, field in sorted(told)]
    await connection.execute(
        _SAVE,
        {
            "customers": [customer for customer, _, _, _ in rows],
            "fields": [field for _, field, _, _ in rows],
            "values": [None if value is None else json.encode(value).decode() for _, _, _, value in rows],
            "times": [event.time for _, _, event, _ in rows],
            "sources": [event.source for _, _, event, _ in rows],
            "ids": [event.id for _, _, event, _ in rows],
        },
    )


async def read_profile(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Any]:
    """The fields that some ids have together, the last writer of each; deleted ones are absent."""
    rows = await connection.execute(_READ, {"ids": list(ids)})
    return {field: json.decode(value) for field, value in rows}


async def read_profiles(connection: AsyncConnection, owners: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Customer -> its fields, the last writer of each; `owners`: id -> customer."""
    profiles: dict[str, dict[str, Any]] = {customer: {} for customer in owners.values()}
    for own, field, value in await connection.execute(_READ_MANY, {"ids": list(owners)}):
        profiles[owners[own]][field] = None if value is None else json.decode(value)
    return profiles
