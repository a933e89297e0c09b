"""GET /v1/events: is this event on the ledger? In a path a source may hold slashes, in a query an id too."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from common.http.transaction import Connection
from scoring.api.answers import EventAnswer
from scoring.store.timeline import LedgerEvent
from scoring.usecases.read_event import read_event

router = APIRouter()


@router.get("/v1/events/{source:path}/{id}", name="get_event")
async def get_event(source: str, id: str, connection: Connection) -> EventAnswer:  # noqa: A002 - the path's own word
    """The event as it was applied."""
    return _answer(source, id, await read_event(connection, source=source, id_=id))


@router.get("/v1/events", name="get_event_by_query")
async def get_event_by_query(
    source: Annotated[str, Query(max_length=256)],
    id: Annotated[str, Query(max_length=256)],  # noqa: A002 - the query's own word
    connection: Connection,
) -> EventAnswer:
    """The event as it was applied, for any id."""
    return _answer(source, id, await read_event(connection, source=source, id_=id))


def _answer(source: str, id_: str, found: LedgerEvent) -> EventAnswer:
    event = msgspec.json.decode(found.event)
    recorded_at = event.get("recordedtime") or found.recorded_at
    where = {"topic": found.topic, "partition": found.partition, "offset": found.offset}
    named = {"source": source, "id": id_, "customer": found.customer, "recorded_at": recorded_at}
    return EventAnswer.model_validate({**named, **where, "event": event})
