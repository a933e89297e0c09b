"""Has a shipped document's file changed since it was last loaded? Then its content is a new version, live at once.

An edit by API is a version too: the file wins again only when its own content changes.
"""

from collections.abc import Iterator
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from engagement.domain.document import read_document
from engagement.domain.document_kinds import KINDS, PLAYBOOK, name_of
from engagement.store.documents import add_document, digest, loaded_files, lock_documents

log = structlog.get_logger()

AUTHOR = "file"


class DocumentFileUnreadable(Malformed):
    """A file of the policies folder is no text."""

    code = "document_file_unreadable"


async def seed_documents(connection: AsyncConnection, folder: Path) -> int:
    """Load every changed file of the folder; how many were. Raises DocumentInvalid: then nothing is loaded."""
    await lock_documents(connection)
    loaded = await loaded_files(connection)
    changed = 0
    for kind, name, path in _shipped(folder):
        written = _read(path)
        if loaded.get((kind, name)) == digest(written):
            continue
        value = KINDS[kind].read(written, str(path))
        if kind == PLAYBOOK and value.name != name:
            raise read_document(written, str(path)).members()["name"].invalid("must be the file's name", [name])
        added = await add_document(connection, kind=kind, name=name, written=written, author=AUTHOR, from_file=True)
        log.info("document_loaded", kind=kind, name=name, version=added.version)
        changed += 1
    return changed


def _shipped(folder: Path) -> Iterator[tuple[str, str, Path]]:
    for kind, shape in KINDS.items():
        for path in sorted(folder.glob(shape.files)):
            yield kind, name_of(kind, path), path


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as err:
        raise DocumentFileUnreadable(f"{path} cannot be read: {err}") from err
