"""What does scoring tell feedback of a customer? The dimensions shown last, by (as_of, event id)."""

from collections.abc import Iterable

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.relationships import DATA, RelationshipEvaluated
from common.events import Event, is_from_service
from feedback.store.relationships import ShownRelationship, save_relationships


async def mirror_relationships(connection: AsyncConnection, events: Iterable[Event]) -> None:
    """Apply the relationship.* events of services among some events."""
    told = [
        (event.subject, _shown(event, convert(event.data, RelationshipEvaluated)))
        for event in events
        if event.type in DATA and is_from_service(event)
    ]
    told.sort(key=lambda one: (one[1].as_of, one[1].id))
    await save_relationships(connection, dict(told))


def _shown(event: Event, evaluated: RelationshipEvaluated) -> ShownRelationship:
    card = evaluated.card
    return ShownRelationship(
        as_of=evaluated.as_of,
        id=event.id,
        tier=card.tier,
        segment=card.segment,
        key_account=card.key_account,
        experience=card.care.ce,
        loyalty=card.care.cl,
    )
