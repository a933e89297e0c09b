"""How do some customers stand, for the arbiter? Everything it asks for, of all of them, in a handful of queries."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.candidate import Rules, is_birthday
from engagement.domain.consent import consented, profiling_refused
from engagement.domain.cool_down import ANGER
from engagement.domain.local_time import customer_zone
from engagement.domain.playbook import Playbook
from engagement.domain.shown import Shown
from engagement.domain.standing import Standing
from engagement.store.contacts import Unions
from engagement.store.past_contacts import Past, read_birthdays, read_contacts, read_earlier
from engagement.store.standings import Told, read_told
from engagement.usecases.load_shown import asked_types, load_shown

ERASED = "customer.erased"
ORDERED = "order.completed"
_DAY = timedelta(days=1)


async def load_standings(
    connection: AsyncConnection,
    unions: Unions,
    *,
    answered: Iterable[Playbook],
    live: Iterable[Playbook],
    rules: Rules,
    now: datetime,
) -> dict[str, Standing]:
    """Customer -> its standing. `answered`: the playbooks that are decided about; `live`: all that are in force."""
    playbooks = list(answered)
    if not unions.owners:
        return {}
    raw = await driver(connection)
    told = await read_told(raw, unions, types=_types(playbooks))
    zones = {customer: customer_zone(one.profile.get("zone"), rules.zone) for customer, one in told.items()}
    pasts = {customer: Past() for customer in told}
    days = max((cap.days for cap in rules.contact.caps), default=1) + 1
    await read_contacts(raw, unions.owners, zones, pasts, since=now - days * _DAY, now=now)
    await read_earlier(raw, unions.owners, pasts, {playbook.name for playbook in playbooks})
    await read_birthdays(
        raw,
        unions.owners,
        zones,
        pasts,
        playbooks=[playbook.name for playbook in live if is_birthday(playbook)],
        since=now - _DAY,
        until=now + (rules.contact.birthday_reserve_days + 2) * _DAY,
    )
    shown = await load_shown(connection, unions, playbooks=playbooks, today=now.astimezone(rules.zone).date())
    return {
        customer: _standing(customer, told[customer], zones[customer], pasts[customer], shown[customer])
        for customer in told
    }


def _types(playbooks: Collection[Playbook]) -> set[str]:
    types = {ERASED, ORDERED, *ANGER, *asked_types(playbooks)}
    for playbook in playbooks:
        types.update(playbook.stop_on, *(step.unless for step in playbook.steps))
    return types


def _standing(customer: str, told: Told, zone: ZoneInfo, past: Past, shown: Shown) -> Standing:
    return Standing(
        customer=customer,
        zone=zone,
        language=language_of(told.profile.get("language")),
        barred=told.barred or ERASED in told.heard,
        consented=consented(told.statements),
        profiling_refused=profiling_refused(told.statements),
        addresses=told.addresses,
        open_case=told.open_case,
        heard=told.heard,
        first_heard=told.first_heard,
        used=past.used,
        kin=past.kin,
        earlier=past.earlier,
        birthdays=past.birthdays,
        shown=shown,
    )


def language_of(told: Any) -> str:
    """The language of the texts for a profile's own, any BCP 47 tag: Chinese, or English for all others."""
    return "en" if isinstance(told, str) and told and not told.lower().startswith("zh") else "zh"
