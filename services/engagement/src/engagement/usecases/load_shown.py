"""What is shown of some customers, for the conditions of some playbooks? Only what these ask for is read."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.condition import facts_of
from engagement.domain.facts import PREFERENCE, asked_event_type
from engagement.domain.playbook import Playbook
from engagement.domain.shown import Shown
from engagement.store.contacts import Unions
from engagement.store.heard import read_shown_before
from engagement.store.preferences import read_preferences
from engagement.store.profiles import read_profiles
from engagement.store.relationships import read_cards

_ELSEWHERE = ("data.", "consent.", "heard.", "days_since.", "profile.", PREFERENCE, "open_case", "first_order")
"""Facts that the standing, the profile, preferences or the occasion itself hold."""


async def load_shown(
    connection: AsyncConnection, unions: Unions, *, playbooks: Iterable[Playbook], today: date
) -> dict[str, Shown]:
    """Customer -> card, earlier values, profile and preferences, in four queries at most."""
    asked = {name for playbook in playbooks for name in facts_of(playbook.conditions)}
    owners = unions.owners
    cards = await read_cards(connection, owners) if any(not name.startswith(_ELSEWHERE) for name in asked) else {}
    before = await read_shown_before(connection, owners) if any(name.endswith("_was") for name in asked) else {}
    profiles = await read_profiles(connection, owners) if any(name.startswith("profile.") for name in asked) else {}
    liked = any(name.startswith(PREFERENCE) for name in asked)
    preferences = await read_preferences(connection, owners, today=today) if liked else {}
    return {
        customer: Shown(
            card=cards.get(customer),
            before=before.get(customer, {}),
            profile=profiles.get(customer, {}),
            preferences={one.key: one.value for one in preferences.get(customer, ())},
        )
        for customer in set(owners.values())
    }


def asked_types(playbooks: Iterable[Playbook]) -> set[str]:
    """The event types whose times the conditions of some playbooks ask for."""
    names = {name for playbook in playbooks for name in facts_of(playbook.conditions)}
    return {type_ for name in names if (type_ := asked_event_type(name))}
