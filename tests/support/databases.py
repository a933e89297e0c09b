"""Where does a test get a database of its own? A copy, in milliseconds, of one that was migrated once in this run."""

import uuid

import asyncpg

from guanxi_cli.local.databases import create_database, create_roles, grant_inside, in_database, owner_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.lock import exclusive
from guanxi_cli.local.postgres import admin_url
from guanxi_cli.local.services import migrate

EMPTY = "chassis"


class Databases:
    """Makes databases and drops them again."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._made: list[str] = []

    async def __call__(self, service: str | None = None) -> str:
        """URL of a new migrated database of the service, with the service's runtime role.

        Without a service: an empty database, with a role that owns it and may create tables.
        """
        template = await self._template(service or EMPTY, migrated=service is not None)
        name = f"{service or EMPTY}_{uuid.uuid4().hex}"
        connection = await asyncpg.connect(admin_url(self._home))
        try:
            await create_database(connection, name, service or EMPTY, template=template)
        finally:
            await connection.close()
        self._made.append(name)
        return self._home.database_url(service or owner_of(EMPTY), name)

    async def drop(self) -> None:
        connection = await asyncpg.connect(admin_url(self._home))
        try:
            while self._made:
                await connection.execute(f'DROP DATABASE IF EXISTS "{self._made.pop()}" WITH (FORCE)')
        finally:
            await connection.close()

    async def _template(self, service: str, *, migrated: bool) -> str:
        name = f"template_{service}"
        done = self._home.folder / f"{name}.done"
        async with exclusive(self._home.folder / f"{name}.lock"):
            if not done.exists():
                await self._make_template(name, service)
                if migrated:
                    await migrate(self._home, service, name)
                done.touch()
        return name

    async def _make_template(self, name: str, service: str) -> None:
        connection = await asyncpg.connect(admin_url(self._home))
        try:
            await create_roles(connection, service)
            await create_database(connection, name, service)
        finally:
            await connection.close()
        await grant_inside(in_database(admin_url(self._home), name), service)


def as_owner(url: str) -> str:
    """The same database with the role that owns it: may create tables and truncate."""
    scheme, _, rest = url.partition("://")
    role, _, place = rest.partition("@")
    return f"{scheme}://{owner_of(role.removesuffix('_owner'))}@{place}"
