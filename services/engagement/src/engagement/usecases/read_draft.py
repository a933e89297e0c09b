"""Which playbook is to be tried? A draft that somebody sent, else the live version of a name."""

from collections.abc import Mapping
from dataclasses import replace

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.document_kinds import PLAYBOOK
from engagement.domain.playbook import Playbook
from engagement.domain.playbook_reading import read_playbook
from engagement.usecases.read_document import read_document


async def read_draft(connection: AsyncConnection, name: str, draft: str | Mapping[str, object] | None) -> Playbook:
    """Version 0 is a draft. Raises DocumentInvalid, UnknownDocument."""
    if draft is None:
        live = await read_document(connection, PLAYBOOK, name)
        return replace(read_playbook(live.text, f"{name}.yaml"), version=live.version)
    written = draft if isinstance(draft, str) else yaml.safe_dump(dict(draft), allow_unicode=True, sort_keys=False)
    return read_playbook(written, "draft")
