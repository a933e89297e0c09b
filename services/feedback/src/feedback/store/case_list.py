"""In which order are cases shown? By (closed, contact due, number), from an index for each kind of question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.case import Case, CaseState
from feedback.store.cases import COLUMNS, case_of

CasePosition = tuple[bool, datetime, int]
"""Whether the case is closed, when its contact is due, its number."""


async def list_cases_after(
    connection: AsyncConnection,
    *,
    ids: Sequence[str] | None,
    state: CaseState | None,
    owner: str | None,
    after: CasePosition | None,
    limit: int,
) -> list[Case]:
    """A page of cases; only conditions that are asked for stand in the query, so that each finds its index."""
    conditions: list[str] = []
    values: dict[str, Any] = {"limit": limit}
    if ids is not None:
        conditions.append("customer = ANY(:ids)")
        values["ids"] = list(ids)
    if state is not None:
        conditions.append("state = :state")
        values["state"] = state
    if owner is not None:
        conditions.append("owner = :owner")
        values["owner"] = owner
    if after is not None:
        place = "(contact_due_at, number) > (:due, :number)"
        closed = "((state = 'closed'), contact_due_at, number) > (:closed, :due, :number)"
        conditions.append(place if state is not None else closed)
        values |= {"due": after[1], "number": after[2]} | ({} if state is not None else {"closed": after[0]})
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    order = "contact_due_at, number" if state is not None else "(state = 'closed'), contact_due_at, number"
    query = f"SELECT {', '.join(COLUMNS)} FROM customer_case {where} ORDER BY {order} LIMIT :limit"  # noqa: S608
    rows = await connection.execute(text(query), values)
    return [case_of(row) for row in rows.mappings()]


def position_of(case: Case) -> CasePosition:
    """Where a case stands in the order."""
    return (case.state is CaseState.CLOSED, case.contact_due_at, case.number)
