"""How do Segment's and RudderStack's clients send? Their paths, keys and answers (producers.md section 1.2)."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from common.errors import TooLarge
from common.http.guard import parse_json_warily
from common.http.keys import admit
from common.http.route_guard import required_principal
from ingest.api.events import EventRefused, attempt
from ingest.api.sender import circumstances
from ingest.domain.segment import KINDS, Envelope, to_event
from ingest.usecases.accept_events import MOST_EVENTS, Outcome, accept, judge

router = APIRouter(tags=["segment"])

PATHS: Final = tuple(f"/v1/{name}{slash}" for name in (*KINDS, "batch") for slash in ("", "/"))
_KEY_FIELDS: Final = ("writeKey", "api_key")
_encode = msgspec.json.Encoder().encode


class TooManyMessages(TooLarge):
    """More messages than one request may hold."""

    code = "too_many_events"


async def post_messages(request: Request) -> Response:
    """One message at the path of its kind, or `{"batch": [...]}` at any path."""
    state = request.scope["state"]
    value, wary = parse_json_warily(state["body"])
    principal = required_principal(request) or await admit(request, _key_in(value))
    given = circumstances(request, principal, wary=wary)
    holder: dict[str, Any] = value if isinstance(value, dict) else {}
    messages = holder.get("batch") if isinstance(holder.get("batch"), list) else None
    if messages is not None and len(messages) > MOST_EVENTS:
        raise TooManyMessages(f"The request holds {len(messages)} messages; send at most {MOST_EVENTS} at once.")
    envelope = Envelope(
        source=given.sender.name,
        received_at=given.moment.at,
        sent_at=holder.get("sentAt"),
        currency=request.app.state.base_currency,
        context=_object(holder, "context") if messages is not None else None,
        integrations=_object(holder, "integrations") if messages is not None else None,
    )
    kind = request.scope["path"].strip("/").removeprefix("v1/")
    if messages is not None:
        events = [attempt(to_event, message, envelope) for message in messages]
    else:
        events = [attempt(to_event, value, envelope, kind if kind in KINDS else None)]
    outcome = await accept(request.app.state.door, judge(events, given), given=given, dialect="segment")
    return _answer(outcome, alone=messages is None)


for path in PATHS:
    router.add_api_route(
        path,
        post_messages,
        methods=["POST"],
        name=f"segment {path}",
        summary="Segment's and RudderStack's clients",
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    )


def _answer(outcome: Outcome, *, alone: bool) -> Response:
    """Exactly 200 for a batch, whatever is refused in it: these clients never resend a batch that met a 4xx."""
    if alone and outcome.rejected:
        refused = outcome.rejected[0]
        raise EventRefused(refused.message, code=refused.code, pointer=refused.pointer, id=refused.id)
    answer = {
        "success": True,
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "rejected": outcome.rejected,
    }
    return Response(_encode(answer), media_type="application/json")


def _key_in(value: Any) -> str | None:
    """The write key where these clients put it in the body."""
    if not isinstance(value, dict):
        return None
    found = [value.get(name) for name in _KEY_FIELDS]
    found.append(_object(value, "properties").get("token"))
    return next((key for key in found if isinstance(key, str) and key), None)


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}
