"""What did an id say last on each purpose and channel? Of two statements at one instant the withdrawal stays."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import Event
from engagement.domain.consent import Statement

_SAVE = text(
    """
    INSERT INTO consent AS known (customer, purpose, channel, granted, time, source, id)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:purposes AS text[]), CAST(:channels AS text[]),
                         CAST(:granted AS boolean[]), CAST(:times AS timestamptz[]), CAST(:sources AS text[]),
                         CAST(:ids AS text[]))
    ON CONFLICT (customer, purpose, channel) DO UPDATE
    SET granted = excluded.granted, time = excluded.time, source = excluded.source, id = excluded.id
    WHERE (known.time, NOT known.granted, known.source, known.id)
        < (excluded.time, NOT excluded.granted, excluded.source, excluded.id)
    """
)
_READ = text(
    """
    SELECT customer, purpose, channel, granted, time FROM consent WHERE customer = ANY(:ids)
    ORDER BY customer, purpose, channel
    """
)


async def save_consents(connection: AsyncConnection, told: Mapping[tuple[str, str, str], tuple[Event, bool]]) -> None:
    """Keep, for each (customer, purpose, channel), the last statement: the event and whether it grants."""
    if not told:
        return
    rows = [(*key, *told[key]) for key in sorted(told)]
    await connection.execute(
        _SAVE,
        {
            "customers": [customer for customer, *_ in rows],
            "purposes": [purpose for _, purpose, *_ in rows],
            "channels": [channel for _, _, channel, *_ in rows],
            "granted": [granted for *_, granted in rows],
            "times": [event.time for *_, event, _ in rows],
            "sources": [event.source for *_, event, _ in rows],
            "ids": [event.id for *_, event, _ in rows],
        },
    )


async def read_statements(
    connection: AsyncConnection, customer: str, aliases: Mapping[str, datetime]
) -> list[Statement]:
    """The last statements of a customer and its aliases, given since when each alias is one with it."""
    rows = await connection.execute(_READ, {"ids": [customer, *aliases]})
    return [
        Statement(
            subject=subject,
            purpose=purpose,
            channel=channel,
            granted=granted,
            told_at=told_at,
            linked_at=aliases.get(subject),
        )
        for subject, purpose, channel, granted, told_at in rows
    ]
