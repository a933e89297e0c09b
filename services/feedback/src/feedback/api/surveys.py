"""GET, POST, PATCH /v1/surveys: which questions are asked, and who changed them when?"""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response, status
from pydantic import BaseModel

from common.errors import Malformed
from common.http.transaction import Connection
from feedback.domain.survey_text import mapping_of
from feedback.store.documents import Document
from feedback.usecases.read_surveys import list_surveys, read_survey_document
from feedback.usecases.write_survey import SurveyChanged, change_survey, create_survey

router = APIRouter()

_ETAG: Final = re.compile(r'"[a-z0-9_]+-(\d{1,9})"')

SurveyBody = dict[str, Any]
"""A survey in the form of policies/surveys/*.yaml, as JSON; read by the same strict rules."""


class EtagUnreadable(Malformed):
    """If-Match holds no ETag of a survey."""

    code = "etag_unreadable"


class SurveyAnswer(BaseModel):
    """One version of a survey; `survey` has the form of policies/surveys/*.yaml."""

    id: str
    version: int
    kind: str
    from_file: bool
    author: str
    created_at: datetime
    survey: SurveyBody


class SurveysAnswer(BaseModel):
    """The live version of every survey."""

    data: list[SurveyAnswer]


@router.get("/v1/surveys")
async def get_surveys(connection: Connection) -> SurveysAnswer:
    """Every survey, by name."""
    return SurveysAnswer(data=[_answer(document) for document in await list_surveys(connection)])


@router.get("/v1/surveys/{survey}", response_model=SurveyAnswer)
async def get_survey(
    survey: str,
    connection: Connection,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> SurveyAnswer | Response:
    """One survey: the live version, or the one asked for."""
    document = await read_survey_document(connection, survey, version)
    if if_none_match == _etag(document):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"etag": _etag(document)})
    return _told(document, response)


@router.post("/v1/surveys", status_code=status.HTTP_201_CREATED)
async def post_survey(told: SurveyBody, request: Request, connection: Connection, response: Response) -> SurveyAnswer:
    """A new survey, live at once."""
    document = await create_survey(connection, told, author=_author(request))
    response.headers["location"] = f"/v1/surveys/{document.name}"
    return _told(document, response)


@router.patch("/v1/surveys/{survey}")
async def patch_survey(
    survey: str,
    change: SurveyBody,
    request: Request,
    connection: Connection,
    response: Response,
    if_match: Annotated[str | None, Header(description="the ETag that was read: refused when it is old")] = None,
) -> SurveyAnswer:
    """A new version: the live one with a JSON merge patch over it (null deletes, lists are replaced)."""
    seen = None if if_match is None else _version_of(if_match)
    try:
        document = await change_survey(connection, survey, change, seen=seen, author=_author(request))
    except SurveyChanged as err:
        raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, err.message) from err
    return _told(document, response)


def _told(document: Document, response: Response) -> SurveyAnswer:
    response.headers["etag"] = _etag(document)
    return _answer(document)


def _answer(document: Document) -> SurveyAnswer:
    survey = mapping_of(document.text)
    return SurveyAnswer(
        id=document.name,
        version=document.version,
        kind=survey["kind"],
        from_file=document.from_file,
        author=document.author,
        created_at=document.created_at,
        survey=survey,
    )


def _etag(document: Document) -> str:
    return f'"{document.name}-{document.version}"'


def _version_of(if_match: str) -> int:
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise EtagUnreadable("If-Match must be the ETag of the survey that was read.")
    return int(found[1])


def _author(request: Request) -> str:
    name: str = request.scope["state"]["principal"].name
    return name
