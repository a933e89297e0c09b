"""What may an operator, a probe or Prometheus ask on the management port? Never exposed to clients."""

from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.database import Database
from common.http.health import Health
from common.http.problems import problem
from common.outbox import rows_to_send

_PROGRESS: Final = text(
    """
    SELECT topic, partition, next_offset, end_offset, caught_up_at, measured_at
    FROM progress ORDER BY topic, partition
    """
)


def create_management_app(*, health: Health, service: str, version: str, database: Database | None) -> Starlette:
    """/livez /readyz /metrics /version; where there is a database, /progress: offsets, and rows waiting to be sent."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive", "loop_lag_seconds": round(health.loop_lag_seconds, 3)})

    async def readyz(_: Request) -> Response:
        if health.draining or not health.ready:
            return JSONResponse({"status": "draining" if health.draining else "starting"}, 503)
        degraded = await health.degraded()
        return JSONResponse({"status": "degraded" if degraded else "ready", "degraded": degraded})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    async def tell_version(_: Request) -> Response:
        return JSONResponse({"service": service, "version": version})

    routes = [Route(f"/{call.__name__}", call) for call in (livez, readyz, metrics)]
    routes.append(Route("/version", tell_version))
    if database is not None:
        routes.append(Route("/progress", _progress_of(database)))
    return Starlette(routes=routes)


def _progress_of(database: Database) -> Callable[[Request], Awaitable[Response]]:
    async def progress(request: Request) -> Response:
        try:
            async with database.transaction() as connection:
                rows = (await connection.execute(_PROGRESS)).mappings().all()
                waiting = await rows_to_send(connection)
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return problem(request, 503, "unavailable", f"The progress cannot be read: {type(error).__name__}.")
        told = {"progress": [dict(row) for row in rows], "waiting": waiting}
        return Response(msgspec.json.encode(told), media_type="application/json")

    return progress
