"""What do interactions tell feedback of a customer? Links, first contact, language, research consents.

The rows are keyed by the event's own subject and the last writer wins, so order and repeats do not matter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec import UNSET, convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import follow_identity_facts
from common.contracts.interactions import Consent, ConsentPurpose, Profile
from common.events import LAST_WRITER, Event
from feedback.domain.first_contact import is_contact
from feedback.store.customers import save_first_contacts, save_languages
from feedback.store.research_consents import save_research_consents

CONSENTS: Final = {"consent.granted": True, "consent.withdrawn": False}


async def mirror_interactions(connection: AsyncConnection, events: Iterable[Event]) -> None:
    """Apply events of any type; those that tell nothing here have no effect."""
    in_order = sorted(events, key=LAST_WRITER)
    await follow_identity_facts(connection, in_order)
    await save_first_contacts(connection, _first_contacts(in_order))
    await save_languages(connection, _languages(in_order))
    await save_research_consents(connection, _research_consents(in_order))


def _first_contacts(in_order: Sequence[Event]) -> dict[str, datetime]:
    return {event.subject: event.time for event in reversed(in_order) if is_contact(event)}


def _languages(in_order: Iterable[Event]) -> dict[str, tuple[Event, str | None]]:
    told = (
        (event, convert(event.data.get("profile") or {}, Profile).language)
        for event in in_order
        if event.type == "profile.updated"
    )
    return {event.subject: (event, language) for event, language in told if language is not UNSET}


def _research_consents(in_order: Iterable[Event]) -> dict[tuple[str, str], tuple[Event, bool]]:
    told = [(event, CONSENTS[event.type]) for event in in_order if event.type in CONSENTS]
    told.sort(key=lambda one: (one[0].time, not one[1], one[0].source, one[0].id))
    consents = [(event, granted, convert(event.data["consent"], Consent)) for event, granted in told]
    return {
        (event.subject, one.channel): (event, granted)
        for event, granted, one in consents
        if one.purpose == ConsentPurpose.RESEARCH
    }
