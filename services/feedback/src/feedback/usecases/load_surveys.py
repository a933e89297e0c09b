"""Has a survey's file changed since it was last loaded? Then it is a new version.

An edit by API is a version too: the file wins again only when its own content changes.
"""

from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from feedback.domain.document_reading import DocumentInvalid
from feedback.domain.survey_reading import read_survey, wanted_version
from feedback.store.documents import Document, add_document, is_loaded, live_document, lock_documents
from feedback.usecases.live_surveys import SURVEY

log = structlog.get_logger()

FOLDER: Final = "surveys"
AUTHOR: Final = "file"


class SurveyFileUnreadable(Malformed):
    """A survey's file cannot be read."""

    code = "survey_file_unreadable"


async def load_surveys(connection: AsyncConnection, policies: Path) -> list[str]:
    """Names of the surveys that got a new version. Raises DocumentInvalid, SurveyFileUnreadable."""
    await lock_documents(connection)
    loaded = []
    for path in sorted((policies / FOLDER).glob("*.yaml")):
        content = _read(path)
        survey = read_survey(content, file=f"{FOLDER}/{path.name}", version=1)
        if survey.name != path.stem:
            message = f"{FOLDER}/{path.name}: name must be the file's, {path.stem}."
            raise DocumentInvalid(message, file=f"{FOLDER}/{path.name}", field="/name", allowed=[path.stem])
        if await is_loaded(connection, SURVEY, survey.name, content):
            continue
        await add_version(connection, survey.name, content, from_file=True, author=AUTHOR)
        loaded.append(survey.name)
    log.info("surveys_loaded", surveys=loaded)
    return loaded


async def add_version(
    connection: AsyncConnection, name: str, content: str, *, from_file: bool, author: str
) -> Document:
    """Store valid content under the number it asks for, or the next free one."""
    live = await live_document(connection, SURVEY, name)
    version = max(wanted_version(content), 0 if live is None else live.version + 1)
    return await add_document(
        connection, kind=SURVEY, name=name, version=version, content=content, from_file=from_file, author=author
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as err:
        raise SurveyFileUnreadable(f"{path} cannot be read: {err}") from err
