"""May this text be a playbook? Also its templates must be there, and serve the same purpose."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.document import Place, read_document
from engagement.domain.document_kinds import KINDS, PLAYBOOK
from engagement.domain.playbook import Playbook
from engagement.domain.playbook_reading import read_playbook
from engagement.domain.template import Template
from engagement.store.documents import Document
from engagement.usecases.current_policies import Policies
from engagement.usecases.put_document import put_document


async def put_playbook(
    connection: AsyncConnection, *, name: str, written: str, author: str, seen: int | None, policies: Policies
) -> Document:
    """The new version. Raises DocumentInvalid, DocumentStale, VersionNotNamed."""
    file = name + KINDS[PLAYBOOK].suffix
    playbook = read_playbook(written, file)
    _check_templates(playbook, read_document(written, file), (await policies.current(connection)).templates)
    return await put_document(connection, kind=PLAYBOOK, name=name, written=written, author=author, seen=seen)


def _check_templates(playbook: Playbook, root: Place, templates: Mapping[str, Template]) -> None:
    """A text in one language at least."""
    fitting = {name.partition("/")[2] for name, one in templates.items() if one.purpose is playbook.purpose}
    told = root.members()
    places = [(step.template, place) for step, place in zip(playbook.steps, told["do"].items(), strict=True)]
    if playbook.neutral_template is not None:
        places.append((playbook.neutral_template, told["neutral"]))
    for template, place in places:
        if template not in fitting:
            raise place.invalid(f"no template {template!r} of purpose {playbook.purpose}", fitting)
