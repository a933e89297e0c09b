"""How is a service's web app made? Every route guarded by one table of scopes, one way of errors, one edge."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute, request_response
from starlette.routing import Route
from starlette.types import Lifespan

from common.database import Database
from common.http.docs import add_docs
from common.http.edge import Edge
from common.http.health import Health
from common.http.idempotency import AnswerSeal, idempotent
from common.http.keys import Keys
from common.http.openapi import describe
from common.http.problems import add_problem_handlers
from common.http.rate_limit import RateLimiter
from common.http.route_guard import PUBLIC, RouteGuard
from common.http.transaction import open_transaction

__all__ = ["PUBLIC", "create_app"]

MAX_IN_FLIGHT: Final = 256

_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ScopesIncomplete(RuntimeError):
    """The table of scopes and the routes differ: the app must not start."""


class CommitTooLate(RuntimeError):
    """A route would commit after its answer has left."""


def create_app(
    *,
    title: str,
    version: str,
    description: str,
    scopes: Mapping[str, str],
    routers: Sequence[APIRouter],
    keys: Keys,
    lifespan: Lifespan[FastAPI] | None = None,
    database: Database | None = None,
    limiter: RateLimiter | None = None,
    producer_paths: Iterable[str] = (),
    keyed_in_body: Collection[str] = (),
    public_url: str = "/",
    tags: Sequence[Mapping[str, Any]] = (),  # OpenAPI tag objects
    max_in_flight: int = MAX_IN_FLIGHT,
    untraced: str | None = None,
    seal: AnswerSeal | None = None,
) -> FastAPI:
    """The app of a service.

    `scopes` names for every route ("GET /v1/customers/{customer}") the scope that a key must have, or PUBLIC.
    Routers must hold their routes themselves, with full paths. Routes `keyed_in_body` run without a key in the headers
    and must `admit` one. Paths that begin with `untraced` hold secrets: no span tells of them. Answers that are kept
    for repeats are sealed where there is a `seal`. `app.state` holds keys, database (the lifespan may set it instead),
    health and seal.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/"}, {"url": public_url}] if public_url != "/" else [{"url": "/"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=[dict(tag) for tag in tags],
        telemetry={
            "metrics": False,
            "logs": False,
            "exclude": lambda scope: untraced is not None and scope.get("path", "").startswith(untraced),
        },
    )
    health = Health()
    app.state.keys, app.state.health, app.state.database, app.state.seal = keys, health, database, seal
    routes = list(_leaves(routers))
    names = [name for route in routes for name in _names(route)]
    _check_scopes(names, scopes)
    repeatable = {name for route in routes if _is_idempotent(route, scopes) for name in _names(route)}
    _name_operations(routes)
    for route in routes:
        _guard(route, scopes, keyed_in_body, limiter)
    app.router.routes.extend(routes)
    add_problem_handlers(app)
    app.openapi = describe(app, scopes, repeatable)  # type: ignore[method-assign]
    add_docs(app)
    app.add_middleware(Edge, health=health, max_in_flight=max_in_flight, producer_paths=tuple(producer_paths))
    return app


def _leaves(routers: Iterable[APIRouter]) -> Iterator[Route]:
    """Copies, so that one router may serve several apps."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, Route):
                raise ScopesIncomplete(f"{type(route).__name__} in a router: give its routes to create_app directly.")
            yield copy(route)


def _names(route: Route) -> list[str]:
    return [f"{method} {route.path}" for method in sorted(route.methods or ()) if method != "HEAD" or _only_head(route)]


def _only_head(route: Route) -> bool:
    return route.methods == {"HEAD"}


def _check_scopes(names: Collection[str], scopes: Mapping[str, str]) -> None:
    missing, unused = set(names) - scopes.keys(), scopes.keys() - set(names)
    if missing or unused:
        raise ScopesIncomplete(f"without a scope: {sorted(missing)}; without a route: {sorted(unused)}")


def _name_operations(routes: Iterable[Route]) -> None:
    """The operation id is the function's name; a function of several paths gets a number from the second on."""
    uses: Counter[str] = Counter()
    for route in routes:
        if isinstance(route, APIRoute):
            uses[route.name] += 1
            again = f"_{uses[route.name]}" if uses[route.name] > 1 else ""
            route.unique_id = route.operation_id or route.name + again


def _guard(
    route: Route, scopes: Mapping[str, str], keyed_in_body: Collection[str], limiter: RateLimiter | None
) -> None:
    names = _names(route)
    wanted = {scopes[name] for name in names}
    if len(wanted) != 1:
        raise ScopesIncomplete(f"{route.path}: methods of different scopes need a route each")
    app = route.app
    reads_json = False
    query = None
    scope = wanted.pop()
    if isinstance(route, APIRoute):
        if route.methods == {"GET"} and scope != PUBLIC:
            query = _query_names(route.dependant)
        if _is_idempotent(route, scopes):
            app = request_response(idempotent(route.get_route_handler()))
        reads_json = route.body_field is not None and not isinstance(route.body_field.field_info, Form)
    route.app = RouteGuard(
        app=app,
        route=route.path,
        scope_name=scope,
        keyed_in_body=any(name in keyed_in_body for name in names),
        takes_body=bool(_BODY_METHODS & (route.methods or set())),
        reads_json=reads_json,
        query=query,
        limiter=limiter,
    )


def _query_names(dependant: Dependant) -> frozenset[str]:
    own = {field.alias for field in dependant.query_params}
    return frozenset(own.union(*(_query_names(inner) for inner in dependant.dependencies)))


def _is_idempotent(route: Route, scopes: Mapping[str, str]) -> bool:
    """Every POST with a key and a transaction takes an Idempotency-Key."""
    if not isinstance(route, APIRoute) or not _opens_transaction(route.dependant):
        return False
    return route.methods == {"POST"} and scopes[f"POST {route.path}"] != PUBLIC


def _opens_transaction(dependant: Dependant) -> bool:
    if dependant.call is open_transaction and dependant.scope != "function":
        raise CommitTooLate('ask for the annotated type Connection, or Depends(open_transaction, scope="function")')
    return dependant.call is open_transaction or any(_opens_transaction(inner) for inner in dependant.dependencies)
