"""In which tier and segment was a customer shown last, and is it a key account? By (as_of, event id)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_SAVE = text(
    """
    INSERT INTO relationship AS known (customer, as_of, id, tier, segment, key_account, experience, loyalty)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:days AS date[]), CAST(:ids AS text[]),
                         CAST(:tiers AS text[]), CAST(:segments AS text[]), CAST(:key_accounts AS boolean[]),
                         CAST(:experiences AS float8[]), CAST(:loyalties AS float8[]))
    ON CONFLICT (customer) DO UPDATE
    SET as_of = excluded.as_of, id = excluded.id, tier = excluded.tier, segment = excluded.segment,
        key_account = excluded.key_account, experience = excluded.experience, loyalty = excluded.loyalty
    WHERE (known.as_of, known.id) < (excluded.as_of, excluded.id)
    """
)
_READ = text(
    """
    SELECT as_of, id, tier, segment, key_account, experience, loyalty FROM relationship WHERE customer = ANY(:ids)
    ORDER BY as_of DESC, id DESC LIMIT 1
    """
)

_READ_KEY_ACCOUNTS = text(
    """
    SELECT customer FROM (
        SELECT DISTINCT ON (asked.customer) asked.customer, shown.key_account
        FROM unnest(CAST(:customers AS text[]), CAST(:ids AS text[])) AS asked(customer, id)
            JOIN relationship shown ON shown.customer = asked.id
        ORDER BY asked.customer, shown.as_of DESC, shown.id DESC
    ) AS last WHERE key_account
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRelationship:
    """What surveys, their reports and the clocks of cases need; `experience` and `loyalty` are CE and CL, 0 to 100."""

    as_of: date
    id: str
    tier: str
    segment: str
    key_account: bool | None
    experience: float | None = None
    loyalty: float | None = None


async def save_relationships(connection: AsyncConnection, told: Mapping[str, ShownRelationship]) -> None:
    """Keep the last one of each customer."""
    if not told:
        return
    customers = sorted(told)
    shown = [told[customer] for customer in customers]
    await connection.execute(
        _SAVE,
        {
            "customers": customers,
            "days": [one.as_of for one in shown],
            "ids": [one.id for one in shown],
            "tiers": [one.tier for one in shown],
            "segments": [one.segment for one in shown],
            "key_accounts": [one.key_account for one in shown],
            "experiences": [one.experience for one in shown],
            "loyalties": [one.loyalty for one in shown],
        },
    )


async def read_relationship(connection: AsyncConnection, ids: Sequence[str]) -> ShownRelationship | None:
    """The last one among a customer's ids."""
    row = (await connection.execute(_READ, {"ids": list(ids)})).mappings().one_or_none()
    return None if row is None else ShownRelationship(**row)


async def read_key_accounts(connection: AsyncConnection, families: Mapping[str, Sequence[str]]) -> set[str]:
    """Which of some customers, each given with all its ids, are key accounts by the last card of any of their ids."""
    asked = [(customer, id_) for customer, ids in families.items() for id_ in ids]
    told = {"customers": [customer for customer, _ in asked], "ids": [id_ for _, id_ in asked]}
    return set((await connection.execute(_READ_KEY_ACCOUNTS, told)).scalars())
