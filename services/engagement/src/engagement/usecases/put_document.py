"""May this text take a document's place? Checked, compared with the version that its author saw, then live at once."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict
from engagement.domain.document import read_document
from engagement.domain.document_kinds import KINDS, PLAYBOOK
from engagement.store.documents import Document, add_document, find_document, lock_documents

ABSENT = 0
"""What the author expects who makes a new document: no version yet."""


class DocumentStale(Conflict):
    """Another version is live than the author saw."""

    code = "document_stale"


class VersionNotNamed(Conflict):
    """A live document is replaced only by who says which version it was made from."""

    code = "version_not_named"


async def put_document(
    connection: AsyncConnection, *, kind: str, name: str, written: str, author: str, seen: int | None
) -> Document:
    """The new version. `seen`: the version that the author read, ABSENT, or None where it is not said.

    Raises DocumentInvalid (the live one stays), DocumentStale, VersionNotNamed.
    """
    file = name + KINDS[kind].suffix
    value = KINDS[kind].read(written, file)
    if kind == PLAYBOOK and value.name != name:
        raise read_document(written, file).members()["name"].invalid("must be the name of the path", [name])
    await lock_documents(connection)
    live = await find_document(connection, kind, name)
    version = ABSENT if live is None else live.version
    if seen is None and version != ABSENT:
        raise VersionNotNamed(f"{name} has version {version}: send If-Match with the ETag that you read.")
    if seen is not None and seen != version:
        raise DocumentStale(f"{name} has version {version} now: read it again.", version=version)
    return await add_document(connection, kind=kind, name=name, written=written, author=author)
