"""/v1/playbooks: by which rules is care given, may they change, and who would get what?"""

from datetime import datetime
from typing import Annotated

import yaml
from fastapi import APIRouter, Path, Query, Request, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.http.customers import Today
from common.http.freshness import CurrentFreshness
from common.http.keys import get_principal
from common.http.pagination import Page, Paging
from common.http.transaction import Connection
from common.identity import read_customer
from engagement.api.documents import BODY, Seen, Written, as_text, preconditions, tag_of, wants_text
from engagement.api.dry_runs import DryRunAnswer, dry_run_answer
from engagement.domain.document_kinds import PLAYBOOK
from engagement.store.documents import Document, list_documents
from engagement.usecases.dry_run_playbook import dry_run_playbook
from engagement.usecases.put_playbook import put_playbook
from engagement.usecases.read_document import read_document
from engagement.usecases.read_draft import read_draft

router = APIRouter(tags=["playbooks"])

Name = Annotated[str, Path(max_length=64, description="such as `win_back_high_value`")]


class PlaybookAnswer(BaseModel):
    """One version. `text` is what was written, `playbook` the same as an object."""

    name: str
    version: int
    author: str
    created_at: datetime
    text: str
    playbook: dict[str, object]


class DryRunRequest(BaseModel):
    """Which document on whom: the live one on a sample, unless said otherwise."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[
        str | dict[str, object] | None, Field(description="a draft, as YAML text or as an object; else the live one")
    ] = None
    customers: Annotated[list[str] | None, Field(min_length=1, max_length=1000)] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="how many, where no customers are named")] = 100
    as_of: AwareDatetime | None = None


@router.get("/v1/playbooks")
async def get_playbooks(paging: Paging, connection: Connection) -> Page[PlaybookAnswer]:
    """The live version of each, by name."""
    after = paging.after("playbooks", tuple[str])
    found = await list_documents(connection, PLAYBOOK, after=after[0] if after else "", limit=paging.limit + 1)
    page = paging.page("playbooks", [_answer(one) for one in found], lambda one: (one.name,))
    return Page[PlaybookAnswer].model_validate(page)


@router.get("/v1/playbooks/{name}", response_model=PlaybookAnswer)
async def get_playbook(
    name: Name,
    request: Request,
    response: Response,
    connection: Connection,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> PlaybookAnswer | Response:
    """The live version, or a named one; `Accept: application/yaml` gives the text as it was written."""
    document = await read_document(connection, PLAYBOOK, name, version=version)
    if wants_text(request):
        return as_text(document)
    response.headers["etag"] = tag_of(document)
    return _answer(document)


@router.put("/v1/playbooks/{name}", openapi_extra=BODY)
async def replace_playbook(
    name: Name, request: Request, response: Response, written: Written, seen: Seen, connection: Connection
) -> PlaybookAnswer:
    """A new version, live at once. An invalid one is refused with line, field and what is allowed."""
    author = get_principal(request).name
    with preconditions():
        policies = request.app.state.policies
        document = await put_playbook(
            connection, name=name, written=written, author=author, seen=seen, policies=policies
        )
    response.headers["etag"] = tag_of(document)
    response.status_code = status.HTTP_201_CREATED if document.version == 1 else status.HTTP_200_OK
    return _answer(document)


@router.post("/v1/playbooks/{name}/dry-run")
async def post_dry_run(
    name: Name,
    asked: DryRunRequest,
    request: Request,
    connection: Connection,
    today: Today,
    freshness: CurrentFreshness,
) -> DryRunAnswer:
    """Who would get what, who not and why; nothing is reserved or sent."""
    key = request.app.state.identity_key
    customers = None if asked.customers is None else [read_customer(one, key) for one in asked.customers]
    deployment = request.app.state.deployment
    playbook = await read_draft(connection, name, asked.document)
    run = await dry_run_playbook(
        connection, playbook, customers=customers, limit=asked.limit, deployment=deployment, at=asked.as_of
    )
    return dry_run_answer(run, today, freshness)


def _answer(document: Document) -> PlaybookAnswer:
    return PlaybookAnswer(
        name=document.name,
        version=document.version,
        author=document.author,
        created_at=document.created_at,
        text=document.text,
        playbook=yaml.safe_load(document.text),
    )
