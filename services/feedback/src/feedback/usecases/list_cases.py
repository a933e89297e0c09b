"""Whom to call first? Cases that are not closed before closed ones, each by when the contact is due."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members, resolve
from feedback.domain.case import Case, CaseState
from feedback.store.case_list import CasePosition, list_cases_after


async def list_cases(
    connection: AsyncConnection,
    *,
    own: str | None,
    state: CaseState | None,
    owner: str | None,
    after: CasePosition | None,
    limit: int,
) -> list[tuple[Case, str]]:
    """A page after a position, each case with its canonical customer; `own` is united with its aliases."""
    ids: Sequence[str] | None = None
    if own is not None:
        customer = await resolve(connection, own)
        ids = (await members(connection, [customer]))[customer]
    cases = await list_cases_after(connection, ids=ids, state=state, owner=owner, after=after, limit=limit)
    customers = await canonical_ids(connection, (case.customer for case in cases))
    return [(case, customers[case.customer]) for case in cases]
