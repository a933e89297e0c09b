"""What did the last count over the base find?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from scoring.store.last_base_count import last_result
from scoring.usecases.ask_base_count import BASE_COUNT


class NotCounted(Absent):
    """The base was not counted as of that day, or not yet at all."""

    code = "not_counted"


async def read_base_count(connection: AsyncConnection, *, as_of: date | None) -> tuple[dict[str, Any], datetime]:
    """The result and when it was found; without a day the last one. Raises NotCounted."""
    found = await last_result(connection, BASE_COUNT, as_of=as_of)
    if found is None:
        day = "yet" if as_of is None else f"as of {as_of}"
        raise NotCounted(
            f"The base was not counted {day}: it is once a day, shortly after midnight, and by "
            "POST /v1/reports/base-count."
        )
    return found
