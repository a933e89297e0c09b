"""GET, POST /s/{token}: what does a customer see who follows a survey link? The token is the right to answer."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError

from common.errors import AppError, Malformed, TooLarge
from common.http.body import read_body
from common.http.transaction import Connection
from feedback.api.desk import Desk
from feedback.api.survey_pages import SurveyPages
from feedback.domain.answer_form import Form, preselected
from feedback.domain.language import USUAL, language_of_browser
from feedback.usecases.answer_page import Outcome, answer_page
from feedback.usecases.open_page import Page, PageState, open_page

router = APIRouter()

PATH: Final = "/s/"
"""What every page's address begins with; the rest is the token."""
LARGEST_FORM: Final = 64 * 1024
MOST_FIELDS: Final = 500
_HTML: Final[dict[str, Any]] = {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
_PAGES: Final[dict[int | str, dict[str, Any]]] = {404: _HTML, 409: _HTML, 410: _HTML, 503: _HTML}
_FORM: Final = {
    "requestBody": {
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": True}}}
    }
}


class FormTooLarge(TooLarge):
    """More than any survey asks for."""

    code = "form_too_large"


class FormUnreadable(Malformed):
    """The body is no form."""

    code = "form_unreadable"


async def _pages(request: Request) -> SurveyPages:
    pages: SurveyPages = request.app.state.survey_pages
    return pages


async def _form(request: Request) -> Form:
    body = await read_body(request)
    if len(body) > LARGEST_FORM:
        raise FormTooLarge(f"The form is larger than {LARGEST_FORM} bytes.")
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError as err:
        raise FormUnreadable("The body is no form: send application/x-www-form-urlencoded.") from err


async def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


Pages = Annotated[SurveyPages, Depends(_pages)]
Filled = Annotated[Form, Depends(_form)]
Wished = Annotated[str, Depends(_language)]


@router.get("/s/{token}", response_class=HTMLResponse, responses=_PAGES)
async def get_survey_page(
    token: str,
    connection: Connection,
    desk: Desk,
    pages: Pages,
    wished: Wished,
    score: Annotated[str | None, Query(description="selects the main answer, and sends nothing")] = None,
) -> HTMLResponse:
    """The survey. Nothing is recorded, whoever follows the link and however often."""
    page = await open_page(connection, token, desk=desk)
    return _shown(page, _language_of(page, wished), pages, token=token, score=score)


@router.post("/s/{token}", response_class=HTMLResponse, responses=_PAGES, openapi_extra=_FORM)
async def post_survey_page(
    token: str, connection: Connection, desk: Desk, pages: Pages, wished: Wished, form: Filled
) -> HTMLResponse:
    """The answer, taken once."""
    answer = await answer_page(connection, token, form, desk=desk)
    language = _language_of(answer.page, wished)
    if answer.outcome is Outcome.INCOMPLETE and answer.page.survey is not None:
        return pages.survey(answer.page.survey, language, token=token, filled=form, errors=answer.errors)
    return pages.notice(answer.outcome, language)


def stay_friendly(app: FastAPI) -> None:
    """Where the usual answer would be 503, because the database is away, people get a page."""
    for kind in (AppError, OSError, SQLAlchemyError):
        app.add_exception_handler(kind, partial(_away, app.exception_handlers[kind]))


async def _away(
    usual: Callable[[Request, Any], Response | Awaitable[Response]], request: Request, error: Exception
) -> Response:
    told = usual(request, error)
    answer = told if isinstance(told, Response) else await told
    if answer.status_code != 503 or not request.url.path.startswith(PATH):
        return answer
    pages = await _pages(request)
    return pages.away(language_of_browser(await _language(request), usual=USUAL))


def _language_of(page: Page, wished: str) -> str:
    told = None if page.request is None else page.request.language
    return language_of_browser(wished, usual=told or USUAL)


def _shown(page: Page, language: str, pages: SurveyPages, *, token: str, score: str | None) -> HTMLResponse:
    if page.state is PageState.OPEN and page.survey is not None:
        main, selected = page.survey.main, preselected(page.survey, score)
        filled: Form = {main.id: [selected]} if main and selected else {}
        return pages.survey(page.survey, language, token=token, filled=filled)
    status = 200 if page.state is PageState.ANSWERED else None
    return pages.notice(Outcome(page.state), language, status=status)
