"""How are a producer's settings changed? Given ones replace, null removes, others stay."""

from typing import Any

from msgspec.json import encode
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent
from ingest.store.sources import Source, read_source, update_source


class NoSuchSource(Absent):
    """Nobody sends under this name."""

    code = "no_such_source"


async def change_source(connection: AsyncConnection, *, name: str, settings: dict[str, Any]) -> Source:
    """The source after the change; NoSuchSource when there is none."""
    source = await read_source(connection, name)
    if source is None:
        raise NoSuchSource(f"There is no source {name[:80]}.")
    merged = {key: value for key, value in {**source.settings, **settings}.items() if value is not None}
    changed = await update_source(connection, name=name, settings=encode(merged).decode())
    if changed is None:
        raise NoSuchSource(f"There is no source {name[:80]}.")
    return changed
