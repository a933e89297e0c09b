"""What does scoring tell engagement of a customer? The last card, by (as_of, event id)."""

from collections.abc import Iterable

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.relationships import DATA, RelationshipEvaluated
from common.events import Event, is_from_service
from engagement.store.relationships import save_relationships


async def mirror_relationships(connection: AsyncConnection, events: Iterable[Event]) -> None:
    """Apply the relationship.* events of services among some events."""
    told = [
        (convert(event.data, RelationshipEvaluated).as_of, event)
        for event in events
        if event.type in DATA and is_from_service(event)
    ]
    told.sort(key=lambda one: (one[0], one[1].id))
    await save_relationships(
        connection, {event.subject: (as_of, event.id, event.data["card"]) for as_of, event in told}
    )
