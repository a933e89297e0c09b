"""What does a refusal look like? problem+json (RFC 9457), whatever went wrong; nothing internal in it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from common import errors
from common.database import is_transient
from common.http.headers import answer_headers

log = structlog.get_logger()

STATUSES: Final[tuple[tuple[type[errors.AppError], int], ...]] = (
    (errors.Malformed, 422),
    (errors.Absent, 404),
    (errors.Gone, 410),
    (errors.Conflict, 409),
    (errors.Forbidden, 403),
    (errors.Unauthenticated, 401),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.Unavailable, 503),
)
MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:guanxi:problem:"
CHALLENGE: Final = 'Bearer realm="guanxi"'

_ADVICE: Final = {
    404: ("not_found", "Nothing lives at this path; see /openapi.json."),
    405: ("method_not_allowed", "This path does not take this method; see the Allow header."),
}
_DATA_EXCEPTIONS: Final = "22"


class ProblemError(BaseModel):
    """One thing that is wrong: `pointer` into the body, or into the query, path or headers when `location` says so."""

    pointer: str
    code: str
    message: str
    location: str | None = None


class Problem(BaseModel):
    """Why a request was refused and what to do. `type` and `code` are stable; `detail` and `message` are for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    message: str
    request_id: str | None = None
    errors: list[ProblemError] = []


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of the app a problem."""
    app.add_exception_handler(errors.AppError, _on_app_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    for kind in (OSError, SQLAlchemyError):
        app.add_exception_handler(kind, _on_dependency_error)
    app.add_exception_handler(Exception, _on_defect)


def status_of(error: errors.AppError) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    listed: Sequence[Mapping[str, Any]] = (),
    data: Mapping[str, Any] | None = None,
) -> Response:
    """The answer. `data` adds members, but overrides none."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.scope.get("path", "/"),
        "code": code,
        "message": detail,
        "request_id": request.scope.get("state", {}).get("request_id"),
        "errors": list(listed),
    }
    return Response(
        json.dumps(body | {name: value for name, value in (data or {}).items() if name not in body}, default=str),
        status,
        headers,
        MEDIA_TYPE,
    )


async def _on_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.AppError)  # noqa: S101 - narrows the type that Starlette dispatches on
    return problem_of(request, error)


def problem_of(request: Request, error: errors.AppError) -> Response:
    """The problem of a refusal; a `pointer` in its data becomes an entry of `errors`."""
    headers: dict[str, str] = {}
    if isinstance(error, (errors.TooMany, errors.Unavailable)):
        headers["retry-after"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        headers["www-authenticate"] = CHALLENGE
    data = dict(error.data)
    listed = data.pop("errors", None) or (
        [{"pointer": data["pointer"], "code": error.reason, "message": error.message}] if "pointer" in data else []
    )
    return problem(request, status_of(error), error.reason, error.message, headers=headers, listed=listed, data=data)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    phrase = HTTPStatus(error.status_code).phrase
    code, detail = _ADVICE.get(error.status_code, (phrase.lower().replace(" ", "_"), str(error.detail)))
    allow = {"allow": ", ".join(_allowed_methods(request))} if error.status_code == 405 else {}
    headers = allow or dict(error.headers or {})
    return problem(request, error.status_code, code, detail, headers=headers)


def _allowed_methods(request: Request) -> list[str]:
    """Of every route of this path: Starlette names only those of the first."""
    routes = [route for route in request.app.router.routes if isinstance(route, Route)]
    return sorted({name for r in routes if r.path_regex.match(request.url.path) for name in r.methods or ()})


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    listed = [_entry(found) for found in error.errors()]
    first = listed[0]
    where = first["pointer"] if first["location"] is None else f"{first['location']} {first['pointer'][1:]}"
    more = f" ({len(listed) - 1} more in errors)" if len(listed) > 1 else ""
    return problem(request, 422, "malformed", f"{where or 'body'}: {first['message']}{more}", listed=listed)


def _entry(found: Mapping[str, Any]) -> dict[str, Any]:
    location, *steps = found["loc"]
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    outside = None if location == "body" else str(location)
    return {"pointer": pointer, "code": found["type"], "message": found["msg"], "location": outside}


async def _on_disconnect(_: Request, __: Exception) -> Response:
    """Nobody reads this answer."""
    return Response(status_code=400)


async def _on_dependency_error(request: Request, error: Exception) -> Response:
    if is_transient(error):
        log.warning("dependency_failed", error=type(error).__name__, cause=type(error.__cause__).__name__)
        unavailable = errors.Unavailable("Something this needs is down: send the same request again.", retry_after=1)
        return problem_of(request, unavailable)
    if isinstance(error, DBAPIError) and _is_data_exception(error):
        log.warning("value_refused_by_database", cause=type(error.orig).__name__)
        refused = errors.Malformed("A value does not fit where it would be stored.", code="value_out_of_range")
        return problem_of(request, refused)
    raise error


def _is_data_exception(error: DBAPIError) -> bool:
    """PostgreSQL's class 22, and what asyncpg already refused to encode as a parameter."""
    cause = error.orig.__cause__ if error.orig is not None else None
    state = getattr(cause, "sqlstate", None)
    return str(state).startswith(_DATA_EXCEPTIONS) if state else isinstance(cause, (ValueError, OverflowError))


async def _on_defect(request: Request, _: Exception) -> Response:
    """The server logs the traceback; the client learns only the id to ask with."""
    detail = "This is a defect on our side; it has been logged under the request id."
    answer = problem(request, 500, "internal_error", detail)
    answer.raw_headers.extend(answer_headers(request.scope.get("state", {}), answer.raw_headers))
    return answer
