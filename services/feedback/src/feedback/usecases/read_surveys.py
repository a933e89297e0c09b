"""Which surveys are there? The live version of each, or any older one."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.store.documents import Document, document_version, live_document, live_documents
from feedback.usecases.live_surveys import SURVEY, UnknownSurvey


async def list_surveys(connection: AsyncConnection) -> Sequence[Document]:
    """The live version of every survey, by name."""
    return await live_documents(connection, SURVEY)


async def read_survey_document(connection: AsyncConnection, name: str, version: int | None) -> Document:
    """One survey's live version, or the version asked for. Raises UnknownSurvey."""
    found = (
        await live_document(connection, SURVEY, name)
        if version is None
        else await document_version(connection, SURVEY, name, version)
    )
    if found is None:
        raise UnknownSurvey(f"There is no survey `{name[:80]}`" + (f" of version {version}." if version else "."))
    return found
