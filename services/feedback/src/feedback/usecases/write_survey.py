"""May this survey go live? A valid one is a new version; an invalid one is refused and the live one stays."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict
from feedback.domain.document_reading import DocumentInvalid
from feedback.domain.survey_reading import read_survey
from feedback.domain.survey_text import mapping_of, merged, text_of
from feedback.store.documents import Document, live_document, lock_documents
from feedback.usecases.live_surveys import SURVEY, UnknownSurvey
from feedback.usecases.load_surveys import add_version


class SurveyExists(Conflict):
    """There is a survey of this name: change it."""

    code = "survey_exists"


class SurveyChanged(Conflict):
    """Somebody wrote a version since the caller read the survey; `version` is the live one."""

    code = "survey_changed"


async def create_survey(connection: AsyncConnection, told: Mapping[str, Any], *, author: str) -> Document:
    """The first version of a new survey. Raises DocumentInvalid, SurveyExists."""
    await lock_documents(connection)
    content = text_of(told)
    name = read_survey(content, file=None, version=1).name
    if await live_document(connection, SURVEY, name) is not None:
        raise SurveyExists(f"The survey `{name}` exists: PATCH /v1/surveys/{name} changes it.")
    return await add_version(connection, name, content, from_file=False, author=author)


async def change_survey(
    connection: AsyncConnection, name: str, change: Mapping[str, Any], *, seen: int | None, author: str
) -> Document:
    """A new version: the live one with a merge patch over it. `seen` is the version that the caller read.

    Raises UnknownSurvey, SurveyChanged, DocumentInvalid.
    """
    await lock_documents(connection)
    live = await live_document(connection, SURVEY, name)
    if live is None:
        raise UnknownSurvey(f"There is no survey `{name[:80]}`.")
    if seen is not None and seen != live.version:
        raise SurveyChanged(f"The survey is at version {live.version}, not {seen}.", version=live.version)
    content = text_of(merged(mapping_of(live.text), {"version": None, **change}))
    if read_survey(content, file=None, version=1).name != name:
        raise DocumentInvalid("/name cannot change.", pointer="/name", field="/name", allowed=[name])
    return await add_version(connection, name, content, from_file=False, author=author)
