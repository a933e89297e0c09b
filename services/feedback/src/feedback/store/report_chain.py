"""Who was thought how satisfied and loyal, and recommended how much? One row a customer with an NPS answer."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.report_answers import COUNTED, Asked

MOST_CUSTOMERS: Final = 20_000

_READ = text(
    f"""
    WITH {COUNTED}, last AS (
        SELECT DISTINCT ON (customer) customer, q FROM counted WHERE apart = 'counted' AND rating_kind = 'nps'
        ORDER BY customer, answered_at DESC, number DESC
    ), shown AS (
        SELECT DISTINCT ON (coalesce(l.customer, s.customer)) coalesce(l.customer, s.customer) AS customer,
               s.experience, s.loyalty
        FROM relationship s LEFT JOIN alias l ON l.alias = s.customer
        ORDER BY coalesce(l.customer, s.customer), s.as_of DESC, s.id DESC
    )
    SELECT shown.experience, shown.loyalty, last.q FROM last JOIN shown USING (customer)
    WHERE last.q IS NOT NULL ORDER BY md5(customer) LIMIT :limit
    """  # noqa: S608 - the constant above
)


async def read_chain(connection: AsyncConnection, asked: Asked) -> list[tuple[float | None, float | None, float]]:
    """(CE, CL, q of the last NPS answer) of customers; of very many a sample that does not change."""
    rows = await connection.execute(_READ, asked.values() | {"limit": MOST_CUSTOMERS})
    return [(experience, loyalty, q) for experience, loyalty, q in rows]
