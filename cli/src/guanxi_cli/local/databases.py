"""Which databases and roles are there? One database a service, its owner and its runtime role, and nobody else.

The owner migrates; the runtime role reads and writes rows and can change no table. Neither reaches another's database.
"""

from collections.abc import Sequence

import asyncpg


def in_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return f"{url.rpartition('/')[0]}/{name}"


def owner_of(service: str) -> str:
    return f"{service}_owner"


async def create_databases(admin_url: str, services: Sequence[str]) -> None:
    """Create what is missing; what is there keeps its rows and gets its grants again."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
        for service in services:
            await create_roles(connection, service)
            await create_database(connection, service, service)
            await grant_inside(in_database(admin_url, service), service)
    finally:
        await connection.close()


async def create_roles(connection: asyncpg.Connection, service: str) -> None:
    for role in (owner_of(service), service):
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f'CREATE ROLE "{role}" LOGIN')


async def create_database(connection: asyncpg.Connection, name: str, service: str, template: str | None = None) -> None:
    """A database of the service, empty or a copy of a template, which nobody may be connected to."""
    owner = owner_of(service)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        copied = f'TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{owner}" {copied}')
    await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{service}"')


async def grant_inside(url: str, service: str) -> None:
    """Inside the service's database: the schema is the owner's, the rows of its tables are the runtime role's."""
    owner = owner_of(service)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"""
            ALTER SCHEMA public OWNER TO "{owner}";
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO "{service}";
            ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" IN SCHEMA public
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{service}";
            ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" IN SCHEMA public
                GRANT USAGE, SELECT ON SEQUENCES TO "{service}";
        """)
    finally:
        await connection.close()
