"""Which messages were opened or clicked? What a sender tells of an action of the customer that it was sent to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from common.events import Event
from engagement.domain.noticing import named_action
from engagement.store.actions import note_openings as save
from engagement.store.contacts import read_unions

OPENED: Final = "message.opened"
CLICKED: Final = "message.clicked"


async def note_openings(connection: AsyncConnection, events: Iterable[Event]) -> None:
    """Remember the first opening and the first click; an action that is not of the event's customer stays as it is."""
    named = [(number, one) for one in events if one.type in (OPENED, CLICKED) and (number := named_action(one))]
    if not named:
        return
    unions = await read_unions(connection, {one.subject for _, one in named})
    told: dict[tuple[int, str], dict[str, datetime]] = {}
    for number, one in named:
        first = told.setdefault((number, unions.owners[one.subject]), {})
        first[one.type] = min(one.time, first.get(one.type, one.time))
    await save(
        await driver(connection),
        [(number, owner, first.get(OPENED), first.get(CLICKED)) for (number, owner), first in sorted(told.items())],
        unions.owners,
    )
