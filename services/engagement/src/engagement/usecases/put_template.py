"""May this text become a template's live version? Read strictly, and for the purpose of every playbook that uses it."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.document import DocumentInvalid
from engagement.domain.document_kinds import KINDS, TEMPLATE
from engagement.domain.playbook import Playbook
from engagement.domain.template import Template
from engagement.domain.template_reading import read_template
from engagement.store.documents import Document
from engagement.usecases.current_policies import Policies
from engagement.usecases.put_document import put_document


async def put_template(
    connection: AsyncConnection, *, name: str, written: str, author: str, seen: int | None, policies: Policies
) -> Document:
    """The new version. Raises DocumentInvalid (the live one stays), DocumentStale, VersionNotNamed."""
    file = name + KINDS[TEMPLATE].suffix
    template = read_template(written, file)
    current = await policies.current(connection)
    purposes = purposes_of(template, current.playbooks.values())
    if purposes and template.purpose not in purposes:
        line = 1 + next((at for at, text in enumerate(written.split("\n")) if text.startswith("purpose:")), 0)
        message = "is not the purpose of the playbook that uses it"
        raise DocumentInvalid(file=file, line=line, field="purpose", message=message, allowed=purposes)
    return await put_document(connection, kind=TEMPLATE, name=name, written=written, author=author, seen=seen)


def purposes_of(template: Template, playbooks: Iterable[Playbook]) -> list[str]:
    """The purposes of the playbooks that use a text, in whatever language."""
    own = template.name.partition("/")[2]
    found = {
        str(playbook.purpose)
        for playbook in playbooks
        if own == playbook.neutral_template or any(own == step.template for step in playbook.steps)
    }
    return sorted(found)
