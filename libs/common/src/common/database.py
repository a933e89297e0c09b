"""How does a process talk to its PostgreSQL? One pool, a deadline on everything, one kind of transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, cast

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from common.waiting import cancel_and_wait

CLOSE_SECONDS: Final = 2.0
CONNECT_SECONDS: Final = 3.0
COMMAND_SECONDS: Final = 10.0
POOL_WAIT_SECONDS: Final = 3.0

_TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    OSError,
    PoolTimeout,
)


def is_transient(error: BaseException) -> bool:
    """Whether the database or the network failed, so that the same call may succeed later."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or (cause is not None and is_transient(cause))
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error) or "in progress" in str(error)
    return isinstance(error, _TRANSIENT)


class Database:
    """One process's pool. `transaction()` commits at its end or not at all."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside a transaction; committed on a clean exit, rolled back on any exception."""
        async with self.engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection; those of a server that hangs are dropped."""
        closing = asyncio.create_task(self.engine.dispose())
        await asyncio.wait([closing], timeout=CLOSE_SECONDS)
        await cancel_and_wait(closing, seconds=1.0)


def open_database(
    url: str, *, application: str, pool_size: int = 5, command_seconds: float = COMMAND_SECONDS
) -> Database:
    """Make a pool (nothing is connected yet). `url` is postgresql://role@host:port/database[?password_file=PATH]."""
    address, password = _take_password_file(make_url(url))
    engine = create_async_engine(
        address.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args=password
        | {
            "timeout": CONNECT_SECONDS,
            "command_timeout": command_seconds,
            "server_settings": {
                "application_name": application,
                "timezone": "UTC",
                "statement_timeout": str(int(command_seconds * 1000)),
                "lock_timeout": "5000",
                "idle_in_transaction_session_timeout": "15000",
                "jit": "off",
            },
        },
    )
    return Database(engine)


def _take_password_file(url: URL) -> tuple[URL, dict[str, object]]:
    """A mounted secret is read anew for every connection, so that a rotated password needs no restart."""
    path = url.query.get("password_file")
    if not isinstance(path, str):
        return url, {}
    return url.difference_update_query(["password_file"]), {"password": lambda: Path(path).read_text().strip()}


async def driver(connection: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection below, for COPY in the same transaction: run one statement through `connection` first."""
    raw = await connection.get_raw_connection()
    return cast("asyncpg.Connection", raw.driver_connection)
