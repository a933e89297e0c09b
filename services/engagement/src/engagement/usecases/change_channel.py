"""How does an operator change a way out? As a new version of the contact document, checked as a whole.

The document is one truth for the arbiter, which must know what is off, and for delivery. Written back it keeps its
content and loses its comments.
"""

from collections.abc import Mapping
from typing import Any

import structlog
import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent, Conflict
from engagement.domain.contact_reading import read_contact
from engagement.domain.document_kinds import CONTACT
from engagement.store.documents import Document, add_document, find_document, lock_documents
from engagement.usecases.put_document import DocumentStale

log = structlog.get_logger()

GONE = "endpoint answered 410"


class UnknownChannel(Absent):
    """The contact policy names no such channel."""

    code = "unknown_channel"


class ChannelExists(Conflict):
    """The contact policy names it already."""

    code = "channel_exists"


async def change_channel(
    connection: AsyncConnection, name: str, changes: Mapping[str, Any], *, author: str, seen: int | None = None
) -> Document:
    """Set members of a channel's section, None removes one; the document's new version, or the live one if it says so.

    `seen`: the document's version that the author read. Raises UnknownChannel, DocumentInvalid, DocumentStale.
    """
    document, told = await _locked(connection, seen)
    channels = told["channels"]
    if name not in channels:
        raise UnknownChannel(f"There is no channel {name} in the contact policy.", channels=sorted(channels))
    merged = {**channels[name], **changes}
    section = {member: value for member, value in merged.items() if value is not None}
    if section == channels[name]:
        return document
    return await _write(connection, told | {"channels": {**channels, name: section}}, author)


async def add_channel(connection: AsyncConnection, name: str, section: Mapping[str, Any], *, author: str) -> Document:
    """A channel more. Raises ChannelExists, DocumentInvalid."""
    _, told = await _locked(connection, None)
    channels = told["channels"]
    if name in channels:
        raise ChannelExists(f"There is a channel {name} already: change it with PATCH.")
    return await _write(connection, told | {"channels": {**channels, name: dict(section)}}, author)


async def switch_off(connection: AsyncConnection, name: str) -> None:
    """Its endpoint is gone for good: nothing is sent on the channel until an operator enables it again."""
    try:
        await change_channel(connection, name, {"enabled": False}, author=GONE)
    except UnknownChannel:
        return
    log.warning("channel_disabled", channel=name, reason="gone")


async def _locked(connection: AsyncConnection, seen: int | None) -> tuple[Document, dict[str, Any]]:
    await lock_documents(connection)
    document = await find_document(connection, CONTACT, CONTACT)
    if document is None:
        raise UnknownChannel("There is no contact policy.", channels=[])
    if seen is not None and seen != document.version:
        message = f"The contact policy has version {document.version} now: read it again."
        raise DocumentStale(message, version=document.version)
    return document, yaml.safe_load(document.text)


async def _write(connection: AsyncConnection, told: Mapping[str, Any], author: str) -> Document:
    written = yaml.safe_dump(dict(told), allow_unicode=True, sort_keys=False)
    read_contact(written, CONTACT)
    return await add_document(connection, kind=CONTACT, name=CONTACT, written=written, author=author)
