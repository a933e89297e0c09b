"""Which producers may send, and with which keys? For operators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from common.errors import Absent, Malformed
from common.http.pagination import Page, Paging
from common.http.transaction import Connection
from ingest.store.sources import Source, delete_source, list_keys, list_sources, read_source, revoke_key
from ingest.usecases.change_source import NoSuchSource, change_source
from ingest.usecases.make_key import NewKey, make_key
from ingest.usecases.make_source import make_source

router = APIRouter(tags=["sources"])

Name = Annotated[str, Path(max_length=64)]


class Settings(BaseModel):
    """What an operator may set for a producer. Change `id_namespace` only before the first event."""

    model_config = ConfigDict(extra="forbid")

    id_namespace: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{0,63}$")] | None = None
    per_second: Annotated[float, Field(gt=0, le=1_000_000, description="requests a second of all its keys")] | None = (
        None
    )
    silence_minutes: Annotated[int, Field(gt=0, le=525_600, description="alarm when nothing comes")] | None = None


class NewSource(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=64)]
    kind: Annotated[str, Field(max_length=64)] = "http"
    secret: Annotated[str, Field(max_length=4096)] | None = None
    settings: Settings = Settings()


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid")

    settings: Settings


class ShownSource(BaseModel):
    """A source without anything secret."""

    name: str
    kind: str
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class KeyInfo(BaseModel):
    id: str
    created_at: datetime


class SourceWithKeys(ShownSource):
    keys: list[KeyInfo]


class NoSecret(Malformed):
    """Sources of kind http have keys and no secret."""

    code = "secret_not_used"


class NoSuchKey(Absent):
    """No key has this id."""

    code = "no_such_key"


@router.post("/v1/sources", status_code=201, summary="Let a new producer in", response_model=ShownSource)
async def post_source(connection: Connection, body: NewSource, response: Response) -> Source:
    if body.secret is not None and body.kind == "http":
        raise NoSecret("A source of kind http proves itself with a key; leave `secret` out.", pointer="/secret")
    settings = body.settings.model_dump(exclude_none=True)
    made = await make_source(connection, name=body.name, kind=body.kind, settings=settings)
    response.headers["location"] = f"/v1/sources/{made.name}"
    return made


@router.get("/v1/sources", summary="All producers", response_model=Page[ShownSource])
async def get_sources(connection: Connection, paging: Paging) -> dict[str, Any]:
    after = paging.after("sources", tuple[str])
    rows = await list_sources(connection, after=after[0] if after else "", limit=paging.limit + 1)
    return paging.page("sources", rows, lambda source: (source.name,))


@router.get("/v1/sources/{name}", summary="One producer and the ids of its keys", response_model=SourceWithKeys)
async def get_source(connection: Connection, name: Name) -> dict[str, Any]:
    source = await read_source(connection, name)
    if source is None:
        raise NoSuchSource(f"There is no source {name}.")
    return {
        **ShownSource.model_validate(source, from_attributes=True).model_dump(),
        "keys": await list_keys(connection, name),
    }


@router.patch(
    "/v1/sources/{name}", summary="Change a producer's settings; null removes one", response_model=ShownSource
)
async def patch_source(connection: Connection, name: Name, body: Change) -> Source:
    return await change_source(connection, name=name, settings=body.settings.model_dump(exclude_unset=True))


@router.delete("/v1/sources/{name}", status_code=204, summary="Shut a producer out; its events stay")
async def remove_source(connection: Connection, name: Name) -> None:
    if not await delete_source(connection, name):
        raise NoSuchSource(f"There is no source {name}.")


@router.post("/v1/sources/{name}/keys", status_code=201, summary="A new key, shown once")
async def post_key(connection: Connection, name: Name) -> NewKey:
    return await make_key(connection, name)


@router.delete("/v1/keys/{key_id}", status_code=204, summary="Revoke a key; it stops working within a second")
async def delete_key(connection: Connection, key_id: Annotated[str, Path(max_length=64)]) -> None:
    if not await revoke_key(connection, key_id):
        raise NoSuchKey(f"There is no key {key_id}.")
