"""/v1/templates: what do messages and scripts say, and may they say something else?"""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from common.http.keys import get_principal
from common.http.pagination import Page, Paging
from common.http.transaction import Connection
from engagement.api.documents import Seen, preconditions, tag_of
from engagement.domain.document_kinds import TEMPLATE
from engagement.domain.playbook import Purpose, Tone
from engagement.domain.template import MOST_CHARACTERS, Template
from engagement.domain.template_reading import read_template
from engagement.domain.template_writing import write_template
from engagement.store.documents import Document, list_documents
from engagement.usecases.put_document import ABSENT
from engagement.usecases.put_template import put_template
from engagement.usecases.read_document import read_document

router = APIRouter(tags=["templates"])

Language = Annotated[Literal["zh", "en"], Path()]
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", description="such as `win_back`")]
Text = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, description="Liquid")]


class TemplateAnswer(BaseModel):
    """One version of a text in one language."""

    name: str
    version: int
    author: str
    created_at: datetime
    purpose: Purpose
    tone: Tone
    languages: list[str]
    subject: str
    text: str
    html: str | None


class NewTemplate(BaseModel):
    """A text that is not there yet."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^(zh|en)/[a-z0-9][a-z0-9_.-]{0,63}$", description="such as `zh/win_back`")]
    purpose: Purpose
    tone: Tone = Tone.PLAIN
    languages: Annotated[list[str], Field(description="who may get it; the name's language where left out")] = []
    subject: Text
    text: Text
    html: Text | None = None


class TemplateChange(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose | None = None
    tone: Tone | None = None
    languages: list[str] | None = None
    subject: Text | None = None
    text: Text | None = None
    html: Text | None = None


@router.get("/v1/templates")
async def get_templates(paging: Paging, connection: Connection) -> Page[TemplateAnswer]:
    """The live version of each, by name."""
    after = paging.after("templates", tuple[str])
    found = await list_documents(connection, TEMPLATE, after=after[0] if after else "", limit=paging.limit + 1)
    page = paging.page("templates", [_answer(one) for one in found], lambda one: (one.name,))
    return Page[TemplateAnswer].model_validate(page)


@router.get("/v1/templates/{language}/{name}")
async def get_template(language: Language, name: Name, response: Response, connection: Connection) -> TemplateAnswer:
    """The live version."""
    document = await read_document(connection, TEMPLATE, f"{language}/{name}")
    response.headers["etag"] = tag_of(document)
    return _answer(document)


@router.post("/v1/templates", status_code=201)
async def post_template(
    asked: NewTemplate, request: Request, response: Response, connection: Connection
) -> TemplateAnswer:
    """A new text; 409 when there is one of this name."""
    told = asked.model_dump()
    told["languages"] = tuple(asked.languages or [asked.name.partition("/")[0]])
    document = await _put(request, connection, Template(**told), ABSENT)
    response.headers["etag"] = tag_of(document)
    response.headers["location"] = f"/v1/templates/{document.name}"
    return _answer(document)


@router.patch("/v1/templates/{language}/{name}")
async def patch_template(
    language: Language,
    name: Name,
    asked: TemplateChange,
    request: Request,
    response: Response,
    seen: Seen,
    connection: Connection,
) -> TemplateAnswer:
    """A new version, live at once for what has not been tried yet. An invalid one is refused with line and field."""
    live = await read_document(connection, TEMPLATE, f"{language}/{name}")
    changes = asked.model_dump(exclude_unset=True)
    with preconditions():
        document = await _put(request, connection, replace(read_template(live.text, live.name), **changes), seen)
    response.headers["etag"] = tag_of(document)
    return _answer(document)


async def _put(request: Request, connection: Connection, template: Template, seen: int | None) -> Document:
    return await put_template(
        connection,
        name=template.name,
        written=write_template(template),
        author=get_principal(request).name,
        seen=seen,
        policies=request.app.state.policies,
    )


def _answer(document: Document) -> TemplateAnswer:
    told = asdict(read_template(document.text, document.name))
    told |= {"version": document.version, "author": document.author, "created_at": document.created_at}
    return TemplateAnswer.model_validate(told)
