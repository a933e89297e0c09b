"""What holds for every request before routing and for every answer? Limits, ids, headers, metrics; pure ASGI."""

import os
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import structlog
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import AppError, Malformed, Unavailable
from common.http.headers import answer_headers, safe_request_id, safe_traceparent
from common.http.health import Health
from common.http.problems import problem, problem_of
from common.metrics import HTTP_IN_FLIGHT, HTTP_REQUEST_SECONDS

log = structlog.get_logger()

MAX_HEADER_BLOCK: Final = 64 * 1024
SLOW_SECONDS: Final = 1.0
UNMATCHED: Final = "unmatched"
_LOGGED: Final = ("request_id", "traceparent")
CORS_HEADERS: Final = ("authorization", "content-type", "content-encoding", "x-retry-count")


class UnreadableAddress(Malformed):
    """The path or the query is not UTF-8 text once percent-decoded, or holds a NUL."""

    code = "unreadable_address"


class Edge:
    """The outermost middleware. `max_in_flight` requests run at once; more are told 503 at once."""

    def __init__(self, app: ASGIApp, *, health: Health, max_in_flight: int, producer_paths: Iterable[str]) -> None:
        self._app = app
        self._health = health
        self._max_in_flight = max_in_flight
        self._in_flight = 0
        HTTP_IN_FLIGHT.set_function(lambda: self._in_flight)
        self._producer_paths = [compile_path(path)[0] for path in producer_paths]
        self._cors = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=CORS_HEADERS,
            expose_headers=["x-request-id", "retry-after"],
            max_age=86400,
        )
        self._children: dict[tuple[str, str, int], Any] = {}  # a bound metric; prometheus-client types it loosely

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        size, origin = _read_headers(scope["headers"], state)
        structlog.contextvars.bind_contextvars(**{name: state[name] for name in _LOGGED if state.get(name)})
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                headers.extend(answer_headers(state, headers))
                if self._health.draining:
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            await send(message)

        self._in_flight += 1
        try:
            if size > MAX_HEADER_BLOCK:
                await _too_many_headers(scope, receive, answer)
            elif refusal := self._refusal(scope):
                await problem_of(Request(scope), refusal)(scope, receive, answer)
            else:
                app = self._cors if origin and self._takes_any_origin(scope["path"]) else self._app
                await app(scope, receive, answer)
        finally:
            self._in_flight -= 1
            self._observe(scope["method"], state.get("route", UNMATCHED), status, time.perf_counter() - started)

    def _refusal(self, scope: Scope) -> AppError | None:
        if self._in_flight > self._max_in_flight:
            return Unavailable("Too many requests at once: send this one again.", code="overloaded", retry_after=1)
        path, query = scope["path"], scope["query_string"]
        if "\0" in path or "\ufffd" in path:
            return UnreadableAddress("The path is not UTF-8 text without NUL: percent-encode its UTF-8 bytes.")
        if (b"%" in query or not query.isascii()) and not _is_text(query):
            return UnreadableAddress("The query is not UTF-8 text without NUL: percent-encode its UTF-8 bytes.")
        return None

    def _takes_any_origin(self, path: str) -> bool:
        return any(pattern.match(path) for pattern in self._producer_paths)

    def _observe(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if route != UNMATCHED else "ANY", route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = HTTP_REQUEST_SECONDS.labels(*key)
        child.observe(seconds)
        if status >= 500 or seconds > SLOW_SECONDS:
            log.warning("request_noted", method=method, route=route, status=status, seconds=round(seconds, 3))


def _read_headers(headers: Iterable[tuple[bytes, bytes]], state: dict[str, Any]) -> tuple[int, bool]:
    """Note request id and trace in the state; the size of the block and whether a browser page sends it."""
    size, origin = 0, False
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"x-request-id":
            state["request_id"] = safe_request_id(value)
        elif name == b"traceparent":
            state["traceparent"] = safe_traceparent(value)
        elif name == b"origin":
            origin = True
    if not state.get("request_id"):
        state["request_id"] = os.urandom(16).hex()
    return size, origin


async def _too_many_headers(scope: Scope, receive: Receive, send: Send) -> None:
    detail = f"The header block is larger than {MAX_HEADER_BLOCK} bytes: send less in headers."
    await problem(Request(scope), 431, "headers_too_large", detail)(scope, receive, send)


def _is_text(query: bytes) -> bool:
    try:
        return "\0" not in unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
