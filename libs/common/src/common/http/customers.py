"""Which customer does a path name, and which day is it there? (http-api.md section 2)

The service's make_app puts `identity_key` and `time_zone` on `app.state`.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from common.identity import read_customer


async def _own_id(
    request: Request,
    customer: Annotated[
        str, Path(description="a canonical id (c_...) or any known identifier: `email:ann@example.com`, `user_id:42`")
    ],
) -> str:
    return read_customer(customer, request.app.state.identity_key)


async def _today(request: Request) -> date:
    return datetime.now(request.app.state.time_zone).date()


OwnId = Annotated[str, Depends(_own_id)]
"""Own id of `{customer}` in the path, which may still be an alias. Raises UnreadableCustomer."""

Today = Annotated[date, Depends(_today)]
"""The deployment's local day: the `as_of` of what is true now."""
