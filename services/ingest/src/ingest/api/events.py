"""How do events come in, and where is one of them? Canonical JSON and CloudEvents (http-api.md section 3)."""

from collections.abc import Callable, Sized
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from common.errors import AppError, Malformed, TooLarge
from common.http.guard import parse_json_warily
from common.http.keys import Principal, get_principal
from ingest.api.sender import circumstances
from ingest.domain.admission import Circumstances
from ingest.domain.canonical import read_canonical
from ingest.domain.cloudevents import Mode, mode_of, read_binary, with_data
from ingest.domain.sources import sender_name
from ingest.usecases.accept_events import MOST_EVENTS, Judged, Outcome, Unread, accept, judge, judge_as_sent
from ingest.usecases.find_event import NoSuchEvent, WhereItIs, find_event

router = APIRouter(tags=["events"])

_encode = msgspec.json.Encoder().encode
_JSON: Final = "application/json"


class TooManyEvents(TooLarge):
    """More events than one request may hold."""

    code = "too_many_events"


class NoEvents(Malformed):
    """JSON that holds no events."""

    code = "no_events"


class EventRefused(Malformed):
    """The only event of a request does not come in."""


@router.post(
    "/v1/events",
    summary='Send one event, an array, or {"events": [...]}; or CloudEvents in binary, structured or batch mode',
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": {}}, "application/cloudevents+json": {"schema": {"type": "object"}}},
        }
    },
)
async def post_events(request: Request) -> Response:
    mode = mode_of(request.headers.get("content-type", ""), {name for name, _ in request.scope["headers"]})
    if mode is None:
        raise HTTPException(415, "Send CloudEvents as JSON: application/cloudevents+json.")
    judged, given, alone = read_and_judge(request, mode)
    outcome = await accept(request.app.state.door, judged, given=given, dialect=mode)
    return answer(outcome, alone=alone)


def read_and_judge(request: Request, mode: Mode) -> tuple[Judged, Circumstances, bool]:
    """Decode and judge the events; nothing decoded outlives this call. And whether it is one event by its form."""
    state = request.scope["state"]
    body: bytes = state["body"]
    canonical = read_canonical(body) if mode is Mode.CANONICAL else None
    if canonical is not None:
        pairs, alone = canonical
        refuse_too_many(pairs)
        given = circumstances(request, state["principal"], wary=False)
        return judge_as_sent(pairs, given), given, alone
    value, wary = parse_json_warily(body) if body or mode is not Mode.BINARY else (None, False)
    events, alone = split(mode, value, request)
    given = circumstances(request, state["principal"], wary=wary)
    return judge(events, given), given, alone


def split(mode: Mode, value: Any, request: Request) -> tuple[list[Any], bool]:
    """The events of a request, and whether it is one event by its form."""
    if mode is Mode.BINARY:
        content_type = request.headers.get("content-type", "")
        return [attempt(read_binary, value, request.scope["headers"], content_type)], True
    if mode is Mode.STRUCTURED:
        return [attempt(with_data, value)], True
    if isinstance(value, list):
        events, alone = value, False
    elif isinstance(value, dict):
        inner = value.get("events")
        events, alone = (inner, False) if isinstance(inner, list) and "type" not in value else ([value], True)
    else:
        raise NoEvents('Send one event as an object, an array of events, or {"events": [...]}.', pointer="")
    refuse_too_many(events)
    return [attempt(with_data, event) for event in events] if mode is Mode.BATCH else events, alone


def refuse_too_many(events: Sized) -> None:
    """TooManyEvents beyond the limit."""
    if len(events) > MOST_EVENTS:
        raise TooManyEvents(f"The request holds {len(events)} events; send at most {MOST_EVENTS} at once.")


def attempt(read: Callable[..., Any], sent: Any, *how: Any) -> Any:
    """What a dialect makes of what was sent, or that it could not, to stand in the event's place."""
    try:
        return read(sent, *how)
    except AppError as refusal:
        return Unread(sent, refusal)


def answer(outcome: Outcome, *, alone: bool) -> Response:
    """200 with the counts and the refused ones; a single refused event is a problem of its own."""
    if alone and outcome.rejected:
        refused = outcome.rejected[0]
        raise EventRefused(refused.message, code=refused.code, pointer=refused.pointer, id=refused.id)
    return Response(_encode(outcome), media_type=_JSON)


async def _post_events(scope: Scope, receive: Receive, send: Send) -> None:
    response = await post_events(Request(scope, receive))
    await response(scope, receive, send)


# Without FastAPI's machinery for parameters, of which this route has none: a fifth of a small request's cost.
router.routes[-1].app = _post_events  # type: ignore[attr-defined]


@router.get("/v1/events/{source:path}/{event_id}", summary="Where is my event? The id stands after the last slash")
async def get_event(
    request: Request,
    source: Annotated[str, Path(max_length=512)],
    event_id: Annotated[str, Path(max_length=256)],
) -> WhereItIs:
    return await _find(request, source, event_id)


@router.get("/v1/events", summary="Where is my event? For ids that hold slashes")
async def get_event_by_query(
    request: Request,
    source: Annotated[str, Query(max_length=512)],
    id: Annotated[str, Query(max_length=256)],  # noqa: A002 - the name is part of the contract
) -> WhereItIs:
    return await _find(request, source, id)


async def _find(request: Request, source: str, event_id: str) -> WhereItIs:
    principal: Principal = get_principal(request)
    if principal.source is not None and principal.source != sender_name(source):
        raise NoSuchEvent("No event of this source and id was accepted from you.")
    state = request.app.state
    return await find_event(state.database, state.door.recent, state.scoring, source=source, event_id=event_id)
