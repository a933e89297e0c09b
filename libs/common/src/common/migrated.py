"""Does a database have the tables of this code? Asked by the worker at its start, without alembic's weight."""

from importlib.resources import files
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from common.database import Database
from common.errors import Unavailable

_VERSION = text("SELECT version_num FROM alembic_version")


class NotMigrated(Unavailable):
    """The database is not at the version of this code."""

    code = "not_migrated"


def migrations_folder(service: str) -> Path:
    """Where the service's migrations lie: inside the installed package, or beside `src` in a checkout."""
    package = Path(str(files(service)))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def newest_revision(service: str) -> str:
    """The head of the service's history: revisions are named as their files, which begin with their date."""
    return max(path.stem for path in (migrations_folder(service) / "versions").glob("*.py"))


async def check_migrated(service: str, database: Database) -> None:
    """Raise NotMigrated unless the database stands at this code's newest version."""
    head = newest_revision(service)
    try:
        async with database.transaction() as connection:
            found = (await connection.execute(_VERSION)).scalar_one_or_none()
    except ProgrammingError:
        found = None
    if found != head:
        raise NotMigrated(
            f"The database of {service} is at {found}, this code needs {head}: run `python -m {service} migrate`."
        )
