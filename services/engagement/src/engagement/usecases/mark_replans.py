"""Whose planned care might some events move? Told birthdays and zones, tiers and stages, links, contacts of cadences.

The marks are written in the events' transaction and taken by the planner within a second. First purchases and
memberships move nothing within a day: their anniversaries wait for the day's pass.
"""

from collections.abc import Iterable, Set
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import IDENTITY_FACTS
from common.events import Event, is_from_service
from engagement.domain.planned_occasions import cadence_contacts
from engagement.domain.playbook import Playbook
from engagement.store.dates import DATED_FIELDS
from engagement.store.plans import mark_for_replanning

PLANNED_DIMENSIONS: Final = frozenset({"tier", "stage"})


async def mark_replans(connection: AsyncConnection, events: Iterable[Event], *, playbooks: Iterable[Playbook]) -> None:
    """Mark the subjects of events that may move care planned by the live playbooks."""
    contacts = cadence_contacts(playbooks)
    await mark_for_replanning(connection, {event.subject for event in events if _moves(event, contacts)})


def _moves(event: Event, contacts: Set[str]) -> bool:
    if event.type in contacts:
        return True
    if event.type == "profile.updated":
        return any(field in DATED_FIELDS for field in event.data.get("profile") or {})
    if event.type == "relationship.changed":
        changes = event.data.get("changes") or []
        return is_from_service(event) and any(one.get("dimension") in PLANNED_DIMENSIONS for one in changes)
    return event.type in IDENTITY_FACTS and is_from_service(event)
