"""/v1/channels: by which ways does care go out, and what carries each? Sections of the contact policy; no secrets."""

from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from common.http.keys import get_principal
from common.http.transaction import Connection
from engagement.api.documents import Seen, preconditions, tag_of
from engagement.domain.contact_reading import read_contact
from engagement.domain.document_kinds import CONTACT
from engagement.store.documents import Document
from engagement.usecases.change_channel import UnknownChannel, add_channel, change_channel
from engagement.usecases.read_document import read_document

router = APIRouter(tags=["channels"])

Name = Annotated[str, Path(max_length=32, description="email, sms, wecom, wechat or phone")]
Members = Annotated[
    dict[str, Any],
    Field(
        max_length=40,
        description="adapter, enabled, needs_credit, daily_volume and the adapter's own settings; null removes one",
    ),
]


class ChannelAnswer(BaseModel):
    """One channel. `settings` are its section of the contact policy, of which `version` is live."""

    name: str
    adapter: str
    enabled: bool
    repeats_are_dropped: Annotated[bool, Field(description="whether a lost answer is tried again")]
    settings: dict[str, Any]
    version: int


class Channels(BaseModel):
    """All of them."""

    data: list[ChannelAnswer]


class NewChannel(BaseModel):
    """A channel that the policy does not name yet."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=32)]
    settings: Members


@router.get("/v1/channels")
async def get_channels(response: Response, connection: Connection) -> Channels:
    """Every channel of the contact policy."""
    document = await read_document(connection, CONTACT, CONTACT)
    response.headers["etag"] = tag_of(document)
    return Channels(data=_answers(document))


@router.get("/v1/channels/{name}")
async def get_channel(name: Name, response: Response, connection: Connection) -> ChannelAnswer:
    """One channel."""
    return _named(await read_document(connection, CONTACT, CONTACT), name, response)


@router.post("/v1/channels", status_code=201)
async def post_channel(
    asked: NewChannel, request: Request, response: Response, connection: Connection
) -> ChannelAnswer:
    """A channel more; 409 when there is one of this name."""
    author = get_principal(request).name
    document = await add_channel(connection, asked.name, asked.settings, author=author)
    response.headers["location"] = f"/v1/channels/{asked.name}"
    return _named(document, asked.name, response)


@router.patch("/v1/channels/{name}")
async def patch_channel(
    name: Name, asked: Members, request: Request, response: Response, seen: Seen, connection: Connection
) -> ChannelAnswer:
    """Change some settings, at once for everything that has not gone out. If-Match is optional here."""
    author = get_principal(request).name
    with preconditions():
        document = await change_channel(connection, name, asked, author=author, seen=seen)
    return _named(document, name, response)


def _answers(document: Document) -> list[ChannelAnswer]:
    sections = yaml.safe_load(document.text)["channels"]
    return [
        ChannelAnswer(
            name=name,
            adapter=channel.adapter,
            enabled=channel.enabled,
            repeats_are_dropped=channel.repeats_are_dropped,
            settings=sections[name],
            version=document.version,
        )
        for name, channel in sorted(read_contact(document.text, CONTACT).channels.items())
    ]


def _named(document: Document, name: str, response: Response) -> ChannelAnswer:
    response.headers["etag"] = tag_of(document)
    for answer in _answers(document):
        if answer.name == name:
            return answer
    raise UnknownChannel(f"There is no channel {name} in the contact policy.")
