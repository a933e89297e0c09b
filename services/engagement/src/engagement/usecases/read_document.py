"""Which text stands in a document of a kind? The live version, or a named one."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from engagement.store.documents import Document, find_document


class UnknownDocument(Absent):
    """No document of this kind has this name, or not in this version."""

    code = "unknown_document"


async def read_document(connection: AsyncConnection, kind: str, name: str, *, version: int | None = None) -> Document:
    """Raises UnknownDocument."""
    found = await find_document(connection, kind, name, version=version)
    if found is None:
        which = f" in version {version}" if version is not None else ""
        raise UnknownDocument(f"There is no {kind} {name}{which}.")
    return found
