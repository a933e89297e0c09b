"""How does an operator change a way out? As a new version of the contact document, checked as a whole.

The document is one truth for the arbiter, which must know what is off, and for delivery. Written back it keeps its
content and loses its comments.
"""

from collections.abc import Mapping
from typing import Any

import structlog
import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from engagement.domain.contact_reading import read_contact
from engagement.domain.document_kinds import CONTACT
from engagement.domain.reachability import Channel
from engagement.store.documents import add_document, find_document, lock_documents

log = structlog.get_logger()

GONE = "endpoint answered 410"


class UnknownChannel(Absent):
    """contact.yaml names no such channel."""

    code = "unknown_channel"


async def change_channel(
    connection: AsyncConnection, name: str, changes: Mapping[str, Any], *, author: str
) -> tuple[Channel, int]:
    """Set members of a channel's section, None removes one: the channel and the document's version.

    Raises UnknownChannel, DocumentInvalid.
    """
    await lock_documents(connection)
    document = await find_document(connection, CONTACT, CONTACT)
    told = {} if document is None else yaml.safe_load(document.text)
    channels = told.get("channels", {})
    if document is None or name not in channels:
        raise UnknownChannel(f"There is no channel {name} in the contact policy.", channels=sorted(channels))
    merged = {**channels[name], **changes}
    section = {member: value for member, value in merged.items() if value is not None}
    if section == channels[name]:
        return read_contact(document.text, CONTACT).channels[name], document.version
    told["channels"] = {**channels, name: section}
    written = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    policy = read_contact(written, CONTACT)
    added = await add_document(connection, kind=CONTACT, name=CONTACT, written=written, author=author)
    return policy.channels[name], added.version


async def switch_off(connection: AsyncConnection, name: str) -> None:
    """Its endpoint is gone for good: nothing is sent on the channel until an operator enables it again."""
    try:
        await change_channel(connection, name, {"enabled": False}, author=GONE)
    except UnknownChannel:
        return
    log.warning("channel_disabled", channel=name, reason="gone")
