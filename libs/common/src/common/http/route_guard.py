"""May this request reach its endpoint? Key and scope, rate, query, body limits and JSON, in front of every route."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from common.errors import Malformed
from common.http.body import receive_body, replay
from common.http.guard import find_flaws, parse_json
from common.http.headers import Header
from common.http.keys import Principal, check_key, read_key
from common.http.rate_limit import RateLimiter

PUBLIC: Final = "public"

_REPLACED: Final = frozenset({b"content-type", b"content-encoding", b"content-length"})


class ValueUnstorable(Malformed):
    """A value holds a NUL, a lone surrogate or a number beyond range; `errors` names the places."""

    code = "value_unstorable"


class UnknownParameter(Malformed):
    """The query names a parameter that the route does not read: a typing error would go unnoticed."""

    code = "unknown_parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteGuard:
    """One route's ASGI app with what must hold before it runs. `route` is its template, as metrics name it.

    `query` are the parameters that it reads; None lets any pass: public links get some added on their way.
    """

    app: ASGIApp
    route: str
    scope_name: str
    keyed_in_body: bool
    takes_body: bool
    reads_json: bool
    query: frozenset[str] | None
    limiter: RateLimiter | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        state["route"] = self.route
        state["required_scope"] = self.scope_name
        if self.scope_name != PUBLIC:
            await self._admit(scope, state)
        if self.query is not None and scope["query_string"]:
            _check_query(scope["query_string"], self.query)
        if self.takes_body:
            body = await receive_body(scope, receive)
            state["body"] = body
            receive = replay(body, receive)
            if self.reads_json and body:
                _check_json(body)
                scope = {**scope, "headers": _as_json(scope["headers"], len(body))}
        await self.app(scope, receive, send)

    async def _admit(self, scope: Scope, state: dict[str, Any]) -> None:
        key = read_key(scope["headers"])
        if key is None and self.keyed_in_body:
            return
        principal: Principal = await check_key(scope["app"].state.keys, key, self.scope_name)
        state["principal"] = principal
        if self.limiter is not None:
            state["answer_headers"] = self.limiter.take(principal.name, per_second=principal.per_second)


def required_principal(request: Request) -> Principal | None:
    """Who calls on a route `keyed_in_body`; None when the key must still be found in the body, then `admit` it."""
    principal: Principal | None = request.scope["state"].get("principal")
    return principal


def _check_query(query: bytes, known: frozenset[str]) -> None:
    unknown = {name: None for name, _ in parse_qsl(query.decode(), keep_blank_values=True) if name not in known}
    if unknown:
        allowed = f"there are {', '.join(sorted(known))}" if known else "this path takes none"
        found = [
            {"pointer": f"/{name}", "code": UnknownParameter.code, "message": "unknown parameter", "location": "query"}
            for name in unknown
        ]
        raise UnknownParameter(f"No such query parameter: {', '.join(unknown)[:200]}; {allowed}.", errors=found[:100])


def _check_json(body: bytes) -> None:
    found = [
        {"pointer": flaw.pointer, "code": flaw.code, "message": flaw.message} for flaw in find_flaws(parse_json(body))
    ]
    if found:
        raise ValueUnstorable(f"{found[0]['pointer'] or 'The body'}: {found[0]['message']}", errors=found[:100])


def _as_json(headers: list[Header], size: int) -> list[Header]:
    """Whatever the content type said: clients send JSON as text/plain and as a form."""
    kept = [header for header in headers if header[0] not in _REPLACED]
    return [*kept, (b"content-type", b"application/json"), (b"content-length", b"%d" % size)]
