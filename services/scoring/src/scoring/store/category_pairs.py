"""Which categories do the same customers buy? The count of the last run over the whole base."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.portrait.cross_sell import Pair

MOST: Final = 2000

_READ = text(
    """
    SELECT a, b, both_count, a_count, b_count, buyers, made_on FROM category_pair
    WHERE made_on <= :as_of AND (a = ANY(:categories) OR b = ANY(:categories))
    ORDER BY both_count DESC, a, b LIMIT :limit
    """
)
_CLEAR = text("DELETE FROM category_pair")
_IS_OLDER = text("SELECT EXISTS (SELECT FROM category_pair WHERE made_on > :made_on)")
_PUT = text(
    """
    INSERT INTO category_pair (a, b, both_count, a_count, b_count, buyers, made_on)
    SELECT a, b, both_count, a_count, b_count, :buyers, :made_on
    FROM unnest(CAST(:a AS text[]), CAST(:b AS text[]), CAST(:both AS bigint[]), CAST(:a_counts AS bigint[]),
                CAST(:b_counts AS bigint[])) AS counted(a, b, both_count, a_count, b_count)
    """
)


async def read_pairs(connection: AsyncConnection, categories: Collection[str], *, as_of: date) -> list[Pair]:
    """The pairs of some categories, if they were counted no later than a day; the most frequent of them."""
    if not categories:
        return []
    asked = {"categories": sorted(categories), "as_of": as_of, "limit": MOST}
    return [
        Pair(
            one=a,
            other=b,
            customers=both,
            one_customers=a_count,
            other_customers=b_count,
            base_customers=buyers,
            as_of=made_on,
        )
        for a, b, both, a_count, b_count, buyers, made_on in await connection.execute(_READ, asked)
    ]


async def replace_pairs(connection: AsyncConnection, pairs: Sequence[Pair], *, buyers: int, made_on: date) -> None:
    """Put a new count in the place of the last one, unless that is of a later day."""
    if (await connection.execute(_IS_OLDER, {"made_on": made_on})).scalar_one():
        return
    await connection.execute(_CLEAR)
    columns = {
        "a": [pair.one for pair in pairs],
        "b": [pair.other for pair in pairs],
        "both": [pair.customers for pair in pairs],
        "a_counts": [pair.one_customers for pair in pairs],
        "b_counts": [pair.other_customers for pair in pairs],
    }
    await connection.execute(_PUT, {**columns, "buyers": buyers, "made_on": made_on})
