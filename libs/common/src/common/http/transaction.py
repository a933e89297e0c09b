"""Which transaction does this request run in? One a request, committed before the answer leaves.

Use it as `Connection`, that is `Depends(open_transaction, scope="function")`: with FastAPI's usual scope the commit
would run after the client has its 201 (stack.md, trap 1).
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database


def get_database(request: Request) -> Database:
    """Dependency: the process's pool, which the service's lifespan or create_app put on `app.state.database`."""
    database: Database = request.app.state.database
    return database


async def open_transaction(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction; an idempotent route has opened it already and commits it with its record."""
    held: AsyncConnection | None = request.scope["state"].get("connection")
    if held is not None:
        yield held
        return
    async with get_database(request).transaction() as connection:
        yield connection


Connection = Annotated[AsyncConnection, Depends(open_transaction, scope="function")]
"""What an endpoint asks for: `connection: Connection`."""
