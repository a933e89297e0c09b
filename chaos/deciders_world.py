"""Whom do the deciders decide about? Customers with aliases in six zones, five playbooks, and what each hour brings."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from common.events import Event
from engagement.domain.occasion import Occasion

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Auckland",
)
PURPOSES = ("care", "marketing", "research")
CHANNELS = ("sms", "email")
PLAYBOOKS = {
    "offer": ("marketing", 40, "family: offers"),
    "big_offer": ("marketing", 60, "family: offers"),
    "greeting": ("care", 50, "tone: cheerful"),
    "survey": ("research", 30, "stop_on: [complaint.made]"),
    "delivered": ("service", 70, "once_per: {per: occasion}"),
}
VALID_FOR = timedelta(days=3)


def written(name: str) -> str:
    """A playbook's YAML."""
    purpose, priority, more = PLAYBOOKS[name]
    return (
        f"name: {name}\npurpose: {purpose}\npriority: {priority}\nwhen: {{interaction: {{type: page.viewed}}}}\n"
        f"do: [{{message: {{template: hello, channels: [{', '.join(CHANNELS)}]}}}}]\nvalid_for: 3d\n{more}\n"
    )


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody known by one or two ids."""

    ids: tuple[str, ...]
    zone: str


def people(count: int) -> list[Person]:
    """Every fifth has an alias."""
    return [
        Person(
            ids=(f"c-{number:05}", f"a-{number:05}") if number % 5 == 0 else (f"c-{number:05}",),
            zone=ZONES[number % len(ZONES)],
        )
        for number in range(count)
    ]


def introductions(everybody: Sequence[Person]) -> Iterator[Event]:
    """Zone, addresses and links of everybody, a day before the begin; nobody has consented to anything."""
    at = BEGIN - timedelta(days=1)
    for person in everybody:
        own = person.ids[0]
        known = {"identifiers": {"email": f"{own}@example.com", "phone": f"+86138{int(own[2:]):08}"}}
        yield Event(id=f"p-{own}", source="shop", type="page.viewed", subject=own, time=at, data=known)
        profile = {"profile": {"zone": person.zone}}
        yield Event(id=f"z-{own}", source="shop", type="profile.updated", subject=own, time=at, data=profile)
        for alias in person.ids[1:]:
            link = {"alias": alias, "customer": own, "kind": "email"}
            for side in (alias, own):
                yield Event(
                    id=f"l-{own}:{side}",
                    source="guanxi.ingest",
                    type="identity.linked",
                    subject=side,
                    time=at,
                    data=link,
                )


def flip(person: Person, at: datetime, chance: random.Random) -> Event:
    """One of somebody's ids grants or takes back a purpose on a channel or on all."""
    granted = chance.random() < 0.6
    consent = {"purpose": chance.choice(PURPOSES), "channel": chance.choice((*CHANNELS, "*"))}
    return Event(
        id=f"f-{at.isoformat()}-{person.ids[0]}",
        source="shop",
        type="consent.granted" if granted else "consent.withdrawn",
        subject=chance.choice(person.ids),
        time=at,
        data={"consent": consent},
    )


def wishes(everybody: Sequence[Person], now: datetime, number: int, chance: random.Random) -> Iterator[Occasion]:
    """So many occasions that are due now."""
    for one in range(number):
        person, playbook = chance.choice(everybody), chance.choice(list(PLAYBOOKS))
        yield Occasion(
            id=None,
            playbook=playbook,
            version=1,
            step=0,
            customer=chance.choice(person.ids),
            key=f"{now.isoformat()}/{one}",
            at=now,
            due_at=now,
            valid_until=now + VALID_FOR,
            facts={},
        )
