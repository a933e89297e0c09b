"""How does a service's database get its tables? Alembic, one history a service, run by a command and never at start."""

import asyncio

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text

from common.database import open_database
from common.migrated import migrations_folder

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('guanxi migrate'))")
MIGRATE_SECONDS = 300.0


def migrate(service: str, database_url: str) -> None:
    """Bring a database to the newest version. Two at once: the second waits, then finds nothing to do."""
    config = _config(service)
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


def run_environment() -> None:
    """What each service's migrations/env.py calls."""
    asyncio.run(_run(context.config.attributes["database_url"]))


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(service)))
    return config


async def _run(database_url: str) -> None:
    database = open_database(database_url, application="migrate", command_seconds=MIGRATE_SECONDS)
    try:
        async with database.transaction() as connection:
            await connection.execute(_LOCK)
            await connection.run_sync(_upgrade)
    finally:
        await database.close()


def _upgrade(connection: Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
