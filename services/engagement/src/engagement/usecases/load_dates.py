"""What must the calendar know of some customers? Birthday, zone, tier, stage and contacts, united over their ids."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.birthday import told_birthday
from engagement.domain.calendar import CustomerDates
from engagement.domain.local_time import customer_zone
from engagement.store.dates import read_first_and_last, read_shown, read_told


async def load_dates(
    connection: AsyncConnection, owners: Mapping[str, str], *, types: Collection[str], zone: ZoneInfo
) -> list[CustomerDates]:
    """One value a customer, by id. `owners`: id -> customer; `types`: events whose first and last times matter."""
    profiles = await read_told(connection, owners)
    shown = await read_shown(connection, owners)
    heard = await read_first_and_last(connection, owners, types)
    dates = []
    for customer in sorted(set(owners.values())):
        profile = profiles.get(customer, {})
        tier, stage = shown.get(customer, (None, None))
        dates.append(
            CustomerDates(
                customer=customer,
                zone=customer_zone(profile.get("zone"), zone),
                birthday=told_birthday(profile),
                tier=tier,
                stage=stage,
                heard=heard.get(customer, {}),
            )
        )
    return dates
