"""What did an id say last on being asked, by channel? Whether that allows an ask is engagement's to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import Event

_SAVE = text(
    """
    INSERT INTO research_consent AS known (customer, channel, granted, time, source, id)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:channels AS text[]), CAST(:granted AS boolean[]),
                         CAST(:times AS timestamptz[]), CAST(:sources AS text[]), CAST(:ids AS text[]))
    ON CONFLICT (customer, channel) DO UPDATE
    SET granted = excluded.granted, time = excluded.time, source = excluded.source, id = excluded.id
    WHERE (known.time, NOT known.granted, known.source, known.id)
        < (excluded.time, NOT excluded.granted, excluded.source, excluded.id)
    """
)
_READ = text(
    """
    SELECT customer, channel, granted, time AS told_at FROM research_consent WHERE customer = ANY(:ids)
    ORDER BY channel, time, customer
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResearchConsent:
    """The last word of one id on being asked by one channel (or `*`)."""

    customer: str
    channel: str
    granted: bool
    told_at: datetime


async def save_research_consents(
    connection: AsyncConnection, told: Mapping[tuple[str, str], tuple[Event, bool]]
) -> None:
    """Keep, for each (customer, channel), the last statement; of two at one instant the withdrawal."""
    if not told:
        return
    rows = [(*key, *told[key]) for key in sorted(told)]
    await connection.execute(
        _SAVE,
        {
            "customers": [customer for customer, *_ in rows],
            "channels": [channel for _, channel, *_ in rows],
            "granted": [granted for *_, granted in rows],
            "times": [event.time for *_, event, _ in rows],
            "sources": [event.source for *_, event, _ in rows],
            "ids": [event.id for *_, event, _ in rows],
        },
    )


async def read_research_consents(connection: AsyncConnection, ids: Sequence[str]) -> list[ResearchConsent]:
    """The last statements of a customer's ids."""
    rows = await connection.execute(_READ, {"ids": list(ids)})
    return [ResearchConsent(**row) for row in rows.mappings()]
