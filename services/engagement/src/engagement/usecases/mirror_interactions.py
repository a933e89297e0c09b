"""What do interactions tell engagement of a customer? Links, addresses, profile, preferences and consents.

The rows are keyed by the event's own subject and the last writer wins, so order and repeats do not matter.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from msgspec import Struct, convert, json
from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import follow_identity_facts
from common.contracts.interactions import Consent, Preference
from common.events import LAST_WRITER, Event
from engagement.domain.address import told_addresses
from engagement.domain.profile import told_fields
from engagement.store.addresses import save_addresses
from engagement.store.consents import save_consents
from engagement.store.preferences import save_preferences
from engagement.store.profiles import save_profile_fields

CONSENTS: Final = {"consent.granted": True, "consent.withdrawn": False}


class _Identified(Struct):
    identifiers: dict[str, str] | None = None


async def mirror_interactions(connection: AsyncConnection, events: Iterable[Event]) -> None:
    """Apply events of any type; those that tell nothing here have no effect."""
    in_order = sorted(events, key=LAST_WRITER)
    await follow_identity_facts(connection, in_order)
    await save_addresses(connection, _addresses(in_order))
    await save_profile_fields(connection, _profile_fields(in_order))
    await save_preferences(connection, _preferences(in_order))
    await save_consents(connection, _consents(in_order))


def _addresses(in_order: Iterable[Event]) -> dict[tuple[str, str, str], datetime]:
    return {
        (event.subject, kind, value): event.time
        for event in in_order
        for kind, value in told_addresses(convert(event.data, _Identified).identifiers or {})
    }


def _profile_fields(in_order: Iterable[Event]) -> dict[tuple[str, str], tuple[Event, Any]]:
    return {
        (event.subject, field): (event, value)
        for event in in_order
        if event.type == "profile.updated"
        for field, value in told_fields(event.data.get("profile") or {}).items()
    }


def _preferences(in_order: Iterable[Event]) -> dict[tuple[str, str, bytes], tuple[Event, Preference]]:
    told = [
        (event, convert(event.data["preference"], Preference))
        for event in in_order
        if event.type == "preference.stated"
    ]
    return {
        (event.subject, one.key, json.encode(one.value, order="sorted")): (event, one)
        for event, one in told
        if one.value is not None
    }


def _consents(in_order: Iterable[Event]) -> dict[tuple[str, str, str], tuple[Event, bool]]:
    told = [(event, CONSENTS[event.type]) for event in in_order if event.type in CONSENTS]
    told.sort(key=lambda one: (one[0].time, not one[1], one[0].source, one[0].id))
    consents = [(event, granted, convert(event.data["consent"], Consent)) for event, granted in told]
    return {(event.subject, one.purpose, one.channel): (event, granted) for event, granted, one in consents}
