"""/v1/cases: whom must staff call, what was done, and how did it end?"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, status
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from common.http.customers import Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.keys import get_principal
from common.http.pagination import Paging
from common.http.transaction import Connection
from common.identity import read_customer
from feedback.api.case_answers import CaseFileAnswer, CasesAnswer, case_answer, case_file_answer
from feedback.api.case_requests import Amendment, Assignment, NewCase, Note, Reopening, Settlement
from feedback.api.desk import Desk
from feedback.domain.case import CaseState
from feedback.store.case_list import position_of
from feedback.usecases.amend_case import amend_case
from feedback.usecases.assign_case import assign_case
from feedback.usecases.contact_case import contact_case
from feedback.usecases.create_case import StaffReport, create_case
from feedback.usecases.list_cases import list_cases
from feedback.usecases.note_case import note_case
from feedback.usecases.read_case_file import read_case_file
from feedback.usecases.reopen_case import reopen_case
from feedback.usecases.resolve_case import resolve_case
from feedback.usecases.survey_desk import SurveyDesk

router = APIRouter(tags=["cases"])

CaseId = Annotated[str, Path(max_length=64, description="such as `case_3`")]


async def _author(request: Request) -> str:
    return get_principal(request).name


async def _seen(today: Today, freshness: CurrentFreshness) -> tuple[date, Freshness]:
    return today, freshness


Author = Annotated[str, Depends(_author)]
"""Name of the key that calls: it stands under notes."""
Seen = Annotated[tuple[date, Freshness], Depends(_seen)]


@router.get("/v1/cases")
async def get_cases(
    request: Request,
    paging: Paging,
    connection: Connection,
    seen: Seen,
    customer: Annotated[str | None, Query(max_length=300)] = None,
    state: CaseState | None = None,
    owner: Annotated[str | None, Query(max_length=256)] = None,
) -> CasesAnswer:
    """Those that are not closed first, each by when the contact is due."""
    own = None if customer is None else read_customer(customer, request.app.state.identity_key)
    name = f"cases {own} {state} {owner}"
    after = paging.after(name, tuple[bool, datetime, int])
    limit = paging.limit + 1
    rows = await list_cases(connection, own=own, state=state, owner=owner, after=after, limit=limit)
    page = paging.page(name, rows, lambda row: position_of(row[0]))
    shown = [case_answer(*row) for row in page.pop("data")]
    return CasesAnswer(data=shown, **page, as_of=seen[0], freshness=seen[1])


@router.post("/v1/cases", status_code=status.HTTP_201_CREATED)
async def post_case(
    asked: NewCase, request: Request, connection: Connection, desk: Desk, author: Author, seen: Seen
) -> CaseFileAnswer:
    """Open a case by hand; where one is open for the same matter, the report goes to it."""
    report = StaffReport(
        customer=read_customer(asked.customer, request.app.state.identity_key),
        author=author,
        id=f"staff_{uuid7()}",
        **asked.model_dump(exclude={"customer"}),
    )
    case = await create_case(connection, report, desk=desk.cases)
    return await _file(connection, case.case_id, seen, desk)


@router.get("/v1/cases/{case}")
async def get_case(case: CaseId, connection: Connection, desk: Desk, seen: Seen) -> CaseFileAnswer:
    """One case with what it was opened for and what staff wrote."""
    return await _file(connection, case, seen, desk)


@router.patch("/v1/cases/{case}")
async def patch_case(case: CaseId, asked: Amendment, connection: Connection, desk: Desk, seen: Seen) -> CaseFileAnswer:
    """Name the root cause, or offer a benefit."""
    await amend_case(connection, case, root_cause=asked.root_cause, benefit=asked.benefit, desk=desk.cases)
    return await _file(connection, case, seen, desk)


@router.post("/v1/cases/{case}/assign")
async def post_assign(
    case: CaseId, asked: Assignment, connection: Connection, desk: Desk, seen: Seen
) -> CaseFileAnswer:
    """Give the case to a staff member or a queue."""
    await assign_case(connection, case, asked.owner)
    return await _file(connection, case, seen, desk)


@router.post("/v1/cases/{case}/note")
async def post_note(
    case: CaseId, asked: Note, connection: Connection, desk: Desk, author: Author, seen: Seen
) -> CaseFileAnswer:
    """Write down what was learnt; it is never published."""
    await note_case(connection, case, author=author, text=asked.text, desk=desk.cases)
    return await _file(connection, case, seen, desk)


@router.post("/v1/cases/{case}/contacted")
async def post_contacted(case: CaseId, connection: Connection, desk: Desk, seen: Seen) -> CaseFileAnswer:
    """Say that somebody spoke with the customer: the clock stops."""
    await contact_case(connection, case)
    return await _file(connection, case, seen, desk)


@router.post("/v1/cases/{case}/resolve")
async def post_resolve(
    case: CaseId, connection: Connection, desk: Desk, author: Author, seen: Seen, asked: Settlement = Settlement()
) -> CaseFileAnswer:
    """Settle the case; it closes after seven days unless somebody reopens it."""
    await resolve_case(
        connection,
        case,
        resolution=asked.resolution,
        root_cause=asked.root_cause,
        note=asked.note,
        author=author,
        desk=desk.cases,
    )
    return await _file(connection, case, seen, desk)


@router.post("/v1/cases/{case}/reopen")
async def post_reopen(
    case: CaseId, connection: Connection, desk: Desk, author: Author, seen: Seen, asked: Reopening = Reopening()
) -> CaseFileAnswer:
    """Start a new round with a new clock."""
    signal_id = f"staff_{uuid7()}"
    await reopen_case(connection, case, signal_id=signal_id, note=asked.note, author=author, desk=desk.cases)
    return await _file(connection, case, seen, desk)


async def _file(
    connection: AsyncConnection, case_id: str, seen: tuple[date, Freshness], desk: SurveyDesk
) -> CaseFileAnswer:
    return case_file_answer(await read_case_file(connection, case_id, desk=desk.cases), *seen)
