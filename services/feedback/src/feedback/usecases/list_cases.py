"""Whom to call first? Cases that are not closed before closed ones, each by when the contact is due."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids
from feedback.domain.case import Case, CaseState
from feedback.store.case_list import CasePosition, list_cases_after
from feedback.usecases.find_customer_ids import find_customer_ids


async def list_cases(
    connection: AsyncConnection,
    *,
    own: str | None,
    state: CaseState | None,
    owner: str | None,
    after: CasePosition | None,
    limit: int,
) -> list[tuple[Case, str]]:
    """A page after a position, each case with its canonical customer; `own` is united with its aliases.

    Raises CustomerErased.
    """
    ids = None if own is None else await find_customer_ids(connection, own)
    cases = await list_cases_after(connection, ids=ids, state=state, owner=owner, after=after, limit=limit)
    customers = await canonical_ids(connection, (case.customer for case in cases))
    return [(case, customers[case.customer]) for case in cases]
