"""By which documents is decided now? A snapshot of the live versions, read again when any document changed.

Asking costs one `SELECT max(id)`. Running actions keep their version: `playbooks_as_of` and `document_as_of` give it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.calendar import CalendarPolicy
from engagement.domain.contact_policy import ContactPolicy
from engagement.domain.document import DocumentInvalid
from engagement.domain.document_kinds import CALENDAR, CONTACT, KINDS, PLAYBOOK, TEMPLATE
from engagement.domain.noticing import Watch, watch
from engagement.domain.playbook import Playbook
from engagement.domain.template import Template
from engagement.store.documents import (
    Document,
    find_versions,
    live_documents,
    newest_document_id,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The live values: playbooks by name (also those switched off), templates by `zh/name`, the two policies.

    `versions`: (kind, name) -> version. `watched`: which events the playbooks wait for.
    """

    newest: int = 0
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    contact: ContactPolicy = field(default_factory=ContactPolicy)
    calendar: CalendarPolicy = field(default_factory=CalendarPolicy)
    versions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    watched: Watch = field(default_factory=Watch)


class Policies:
    """One process's cache of documents as values. A version never changes, so it is read once."""

    def __init__(self) -> None:
        self._current = Current()
        self._values: dict[tuple[str, str, int], Any] = {}  # by kind: Playbook, Template, ContactPolicy, CalendarPolicy

    async def current(self, connection: AsyncConnection) -> Current:
        """The live documents as values."""
        newest = await newest_document_id(connection)
        if newest != self._current.newest:
            self._current = self._snapshot(await live_documents(connection), newest)
        return self._current

    async def playbooks_as_of(
        self, connection: AsyncConnection, wanted: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], Playbook]:
        """Playbooks of some versions, by (name, version)."""
        return await self._as_of(connection, PLAYBOOK, wanted)

    async def templates_as_of(
        self, connection: AsyncConnection, wanted: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], Template]:
        """Templates of some versions, by (`zh/name`, version)."""
        return await self._as_of(connection, TEMPLATE, wanted)

    async def _as_of(
        self, connection: AsyncConnection, kind: str, wanted: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], Any]:
        pairs = set(wanted)
        missing = [pair for pair in pairs if (kind, *pair) not in self._values]
        if missing:
            for document in await find_versions(connection, kind, missing):
                self._value(document)
        values = {pair: self._values.get((kind, *pair)) for pair in pairs}
        return {pair: value for pair, value in values.items() if value is not None}

    def _value(self, document: Document) -> Any:
        """None for a version that this code cannot read: it has no effect, and the others go on."""
        key = (document.kind, document.name, document.version)
        if key not in self._values:
            try:
                value = KINDS[document.kind].read(document.text, document.name)
            except DocumentInvalid as err:
                log.error("document_unreadable", kind=document.kind, version=document.version, reason=err.message)
                value = None
            playbook = isinstance(value, Playbook)
            self._values[key] = replace(value, version=document.version) if playbook else value
        return self._values[key]

    def _snapshot(self, documents: Iterable[Document], newest: int) -> Current:
        values: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        versions = {}
        for document in documents:
            value = self._value(document) if document.kind in KINDS else None
            if value is not None:
                values[document.kind][document.name] = value
                versions[document.kind, document.name] = document.version
        return Current(
            newest=newest,
            playbooks=values[PLAYBOOK],
            templates=values[TEMPLATE],
            contact=values[CONTACT].get(CONTACT) or ContactPolicy(),
            calendar=values[CALENDAR].get(CALENDAR) or CalendarPolicy(),
            versions=versions,
            watched=watch(values[PLAYBOOK].values()),
        )
