"""Who may send? A new producer, by an operator."""

from typing import Any, Final

from msgspec.json import encode
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict, Malformed
from ingest.domain.sources import is_source_name
from ingest.store.sources import Source, insert_source

KINDS: Final = ("http",)


class SourceExists(Conflict):
    """The name is taken."""

    code = "source_exists"


class SourceRefused(Malformed):
    """No source can be made like this."""

    code = "source_refused"


async def make_source(connection: AsyncConnection, *, name: str, kind: str, settings: dict[str, Any]) -> Source:
    """Make a source; SourceRefused or SourceExists says why not."""
    if not is_source_name(name):
        raise SourceRefused(
            "A source's name has 1 to 64 of a-z 0-9 . _ - and begins with a letter or digit; guanxi.* is reserved.",
            pointer="/name",
        )
    if kind not in KINDS:
        raise SourceRefused(f"Sources of kind `{kind[:40]}` are not supported yet; use http.", pointer="/kind")
    made = await insert_source(connection, name=name, kind=kind, settings=encode(settings).decode())
    if made is None:
        raise SourceExists(f"There is a source {name} already.", name=name)
    return made
