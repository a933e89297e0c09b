"""What was heard of an id, and when first and last? Event times of the types that some playbook asks for.

`shown_before`: the last day on which a shown dimension held a value; `care_case`: the cases of feedback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_SAVE = text(
    """
    INSERT INTO heard AS known (customer, what, first_at, last_at)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:whats AS text[]), CAST(:firsts AS timestamptz[]),
                         CAST(:lasts AS timestamptz[]))
    ON CONFLICT (customer, what) DO UPDATE
    SET first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)
    WHERE excluded.first_at < known.first_at OR excluded.last_at > known.last_at
    """
)
_SAVE_SHOWN = text(
    """
    INSERT INTO shown_before AS known (customer, dimension, value, until_on)
    SELECT * FROM unnest(CAST(:customers AS text[]), CAST(:dimensions AS text[]), CAST(:values AS text[]),
                         CAST(:days AS date[]))
    ON CONFLICT (customer, dimension, value) DO UPDATE SET until_on = excluded.until_on
    WHERE known.until_on < excluded.until_on
    """
)
_SHOWN = text("SELECT customer, dimension, value, until_on FROM shown_before WHERE customer = ANY(:ids)")
_SAVE_CASES = text(
    """
    INSERT INTO care_case AS known (case_id, customer, cause, severity, touchpoint, owner, opened_at, contact_due_at,
                                    closed_at, resolution, time, source, id)
    SELECT * FROM unnest(CAST(:case_id AS text[]), CAST(:customer AS text[]), CAST(:cause AS text[]),
                         CAST(:severity AS text[]), CAST(:touchpoint AS text[]), CAST(:owner AS text[]),
                         CAST(:opened_at AS timestamptz[]), CAST(:contact_due_at AS timestamptz[]),
                         CAST(:closed_at AS timestamptz[]), CAST(:resolution AS text[]), CAST(:time AS timestamptz[]),
                         CAST(:source AS text[]), CAST(:id AS text[]))
    ON CONFLICT (case_id) DO UPDATE
    SET severity = excluded.severity, touchpoint = excluded.touchpoint, owner = excluded.owner,
        opened_at = CASE WHEN excluded.closed_at IS NULL THEN excluded.opened_at ELSE known.opened_at END,
        contact_due_at = coalesce(excluded.contact_due_at, known.contact_due_at),
        closed_at = excluded.closed_at, resolution = excluded.resolution,
        time = excluded.time, source = excluded.source, id = excluded.id
    WHERE (known.time, known.source, known.id) < (excluded.time, excluded.source, excluded.id)
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """What the last event about a case said; `closed_at` is None while it is open."""

    case_id: str
    customer: str
    cause: str
    severity: str
    touchpoint: str | None
    owner: str | None
    opened_at: datetime
    contact_due_at: datetime | None
    closed_at: datetime | None
    resolution: str | None
    time: datetime
    source: str
    id: str


async def save_heard(connection: AsyncConnection, told: Mapping[tuple[str, str], tuple[datetime, datetime]]) -> None:
    """Widen, for each (customer, what), the first and the last time."""
    if told:
        keys = sorted(told)
        columns = {"customers": [customer for customer, _ in keys], "whats": [what for _, what in keys]}
        times = {"firsts": [told[key][0] for key in keys], "lasts": [told[key][1] for key in keys]}
        await connection.execute(_SAVE, columns | times)


async def save_shown_before(connection: AsyncConnection, told: Mapping[tuple[str, str, str], date]) -> None:
    """Keep, for each (customer, dimension, value), the last day."""
    if told:
        customers, dimensions, values = zip(*sorted(told), strict=True)
        columns = {"customers": list(customers), "dimensions": list(dimensions), "values": list(values)}
        await connection.execute(_SAVE_SHOWN, columns | {"days": [told[key] for key in sorted(told)]})


async def read_shown_before(
    connection: AsyncConnection, owners: Mapping[str, str]
) -> dict[str, dict[tuple[str, str], date]]:
    """Customer -> (dimension, value) -> its last day; `owners`: id -> customer."""
    shown: dict[str, dict[tuple[str, str], date]] = {customer: {} for customer in owners.values()}
    for own, dimension, value, until_on in await connection.execute(_SHOWN, {"ids": list(owners)}):
        known = shown[owners[own]]
        known[dimension, value] = max(until_on, known.get((dimension, value), until_on))
    return shown


async def save_cases(connection: AsyncConnection, facts: Sequence[CaseFact]) -> None:
    """Keep the last word on each case: at most one fact a case."""
    if facts:
        columns = {name: [getattr(one, name) for one in facts] for name in CaseFact.__slots__}
        await connection.execute(_SAVE_CASES, columns)
