"""Which surveys are live? Read anew only when a version was added, by one small query a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from feedback.domain.survey import Survey, Trigger
from feedback.domain.survey_reading import read_survey
from feedback.store.documents import Document, document_version, live_documents, newest_id

SURVEY: Final = "survey"
STATUS_CHANGED: Final = "relationship.changed"


class UnknownSurvey(Absent):
    """There is no survey of this name."""

    code = "unknown_survey"


Triggered = Mapping[str, Sequence[tuple[Survey, Trigger]]]
"""Event types, and the surveys that each of them may trigger."""


class LiveSurveys:
    """A process's surveys by name and by trigger, and the older versions that running requests were asked with."""

    def __init__(self) -> None:
        self._newest = -1
        self._live: Mapping[str, Survey] = {}
        self._triggered: Triggered = {}
        self._versions: dict[tuple[str, int], Survey] = {}

    async def current(self, connection: AsyncConnection) -> Mapping[str, Survey]:
        """Every live survey by name, as this transaction sees them."""
        newest = await newest_id(connection, SURVEY)
        if newest != self._newest:
            documents = await live_documents(connection, SURVEY)
            self._live = {document.name: survey_of(document) for document in documents}
            self._triggered = _by_type(self._live.values())
            self._newest = newest
        return self._live

    async def triggered(self, connection: AsyncConnection) -> Triggered:
        """The live triggers by the type of the event that fires them."""
        await self.current(connection)
        return self._triggered

    async def find(self, connection: AsyncConnection, name: str) -> Survey:
        """The live survey of a name. Raises UnknownSurvey."""
        live = await self.current(connection)
        if name not in live:
            raise UnknownSurvey(f"There is no survey `{name[:80]}`; there are {', '.join(sorted(live)) or 'none'}.")
        return live[name]

    async def version(self, connection: AsyncConnection, name: str, version: int) -> Survey:
        """The survey as somebody was asked it. Raises UnknownSurvey."""
        key = (name, version)
        if key not in self._versions:
            document = await document_version(connection, SURVEY, name, version)
            if document is None:
                raise UnknownSurvey(f"There is no version {version} of the survey `{name[:80]}`.")
            self._versions[key] = survey_of(document)
        return self._versions[key]


def _by_type(surveys: Iterable[Survey]) -> Triggered:
    found: dict[str, list[tuple[Survey, Trigger]]] = {}
    for survey in surveys:
        for trigger in survey.triggers if survey.enabled else ():
            found.setdefault(trigger.interaction or STATUS_CHANGED, []).append((survey, trigger))
    return found


def survey_of(document: Document) -> Survey:
    """The survey that a stored version holds."""
    return read_survey(document.text, file=None, version=document.version)
