"""When was an id first met, and which language does it speak?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.events import Event

_SAVE_FIRST_CONTACTS = text(
    """
    INSERT INTO first_contact (customer, at)
    SELECT told.customer, told.at
    FROM unnest(CAST(:customers AS text[]), CAST(:ats AS timestamptz[])) AS told(customer, at)
        LEFT JOIN first_contact known USING (customer)
    WHERE known.at IS NULL OR told.at < known.at
    ON CONFLICT (customer) DO UPDATE SET at = least(first_contact.at, excluded.at)
    """
)
_SAVE_LANGUAGES = text(
    """
    INSERT INTO language AS known (customer, language, time, source, id)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:languages AS text[]), CAST(:times AS timestamptz[]),
                         CAST(:sources AS text[]), CAST(:ids AS text[]))
    ON CONFLICT (customer) DO UPDATE
    SET language = excluded.language, time = excluded.time, source = excluded.source, id = excluded.id
    WHERE (known.time, known.source, known.id) < (excluded.time, excluded.source, excluded.id)
    """
)
_READ_FIRST_CONTACT = text("SELECT min(at) FROM first_contact WHERE customer = ANY(:ids)")
_READ_LANGUAGE = text(
    "SELECT language FROM language WHERE customer = ANY(:ids) ORDER BY time DESC, source DESC, id DESC LIMIT 1"
)
_FIRST_CONTACTS = text("SELECT customer, at FROM first_contact WHERE customer = ANY(:ids)")
_LANGUAGES = text("SELECT customer, language FROM language WHERE customer = ANY(:ids) ORDER BY time, source, id")


async def save_first_contacts(connection: AsyncConnection, told: Mapping[str, datetime]) -> None:
    """Keep the earliest contact of each id; most batches bring none that is earlier, and write nothing."""
    if told:
        customers = sorted(told)
        columns = {"customers": customers, "ats": [told[customer] for customer in customers]}
        await connection.execute(_SAVE_FIRST_CONTACTS, columns)


async def save_languages(connection: AsyncConnection, told: Mapping[str, tuple[Event, str | None]]) -> None:
    """Keep the language that the last writer told of each id; None deletes."""
    if not told:
        return
    customers = sorted(told)
    events = [told[customer][0] for customer in customers]
    await connection.execute(
        _SAVE_LANGUAGES,
        {
            "customers": customers,
            "languages": [told[customer][1] for customer in customers],
            "times": [event.time for event in events],
            "sources": [event.source for event in events],
            "ids": [event.id for event in events],
        },
    )


async def read_first_contact(connection: AsyncConnection, ids: Sequence[str]) -> datetime | None:
    """When any of a customer's ids was first met."""
    first: datetime | None = (await connection.execute(_READ_FIRST_CONTACT, {"ids": list(ids)})).scalar_one()
    return first


async def read_language(connection: AsyncConnection, ids: Sequence[str]) -> str | None:
    """The language that was told last of any of a customer's ids."""
    language: str | None = (await connection.execute(_READ_LANGUAGE, {"ids": list(ids)})).scalar_one_or_none()
    return language


async def read_first_contacts(
    connection: AsyncConnection, families: Mapping[str, Sequence[str]]
) -> dict[str, datetime]:
    """When any id of each family was first met, by canonical customer; families that were never met are left out."""
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    first: dict[str, datetime] = {}
    for id_, at in await connection.execute(_FIRST_CONTACTS, {"ids": list(owners)}):
        first[owners[id_]] = min(at, first.get(owners[id_], at))
    return first


async def read_languages(connection: AsyncConnection, families: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """The language that was told last of any id of each family, by canonical customer."""
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    rows = await connection.execute(_LANGUAGES, {"ids": list(owners)})
    return {owners[id_]: language for id_, language in rows}
