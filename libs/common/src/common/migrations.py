"""How does a service's database get its tables? Alembic, one history a service, run by a command and never at start."""

import asyncio
from importlib.resources import files
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from common.database import Database, open_database
from common.errors import Unavailable

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('guanxi migrate'))")
_VERSION = text("SELECT version_num FROM alembic_version")
MIGRATE_SECONDS = 300.0


class NotMigrated(Unavailable):
    """The database is not at the version of this code."""

    code = "not_migrated"


def migrations_folder(service: str) -> Path:
    """Where the service's migrations lie: inside the installed package, or beside `src` in a checkout."""
    package = Path(str(files(service)))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def migrate(service: str, database_url: str) -> None:
    """Bring a database to the newest version. Two at once: the second waits, then finds nothing to do."""
    config = _config(service)
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


def run_environment() -> None:
    """What each service's migrations/env.py calls."""
    asyncio.run(_run(context.config.attributes["database_url"]))


async def check_migrated(service: str, database: Database) -> None:
    """Raise NotMigrated unless the database stands at this code's newest version."""
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    try:
        async with database.transaction() as connection:
            found = (await connection.execute(_VERSION)).scalar_one_or_none()
    except ProgrammingError:
        found = None
    if found != head:
        raise NotMigrated(
            f"The database of {service} is at {found}, this code needs {head}: run `python -m {service} migrate`."
        )


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
