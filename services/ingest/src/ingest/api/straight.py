"""How does the hottest request reach its endpoint? Behind the edge at once, past the router and what others need of it.

The route's guard, the verdicts and the problems are the same. While spans are recorded it takes the usual way, because
the router names them.
"""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """Middleware: `POST path` goes to `endpoint`, all else to `app`."""

    def __init__(self, app: ASGIApp, *, path: str, endpoint: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path and scope["method"] == "POST":
            await (self._app if "fastapi.telemetry" in scope else self._endpoint)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def lead_straight(app: FastAPI, path: str) -> None:
    """Let `POST path` of a finished app take the short way; its endpoint must need nothing of FastAPI."""
    routes = [route for route in app.router.routes if isinstance(route, Route) and route.path == path]
    endpoint = next(route.app for route in routes if "POST" in (route.methods or ()))
    handlers = {error: handler for error, handler in app.exception_handlers.items() if error is not Exception}
    guarded = ExceptionMiddleware(endpoint, handlers=handlers)
    app.user_middleware.append(Middleware(Straight, path=path, endpoint=guarded))
