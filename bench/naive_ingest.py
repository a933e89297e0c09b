"""What would one write first? A pydantic model as parameter, and aiokafka's send per event. The baseline of B3.

uvicorn bench.naive_ingest:app, with BOOTSTRAP in the environment: /gather gathers the sends, /wait awaits each.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel

from common.events import INTERACTIONS


class Item(BaseModel):
    sku: str
    category: str
    quantity: int
    amount_minor: int


class Data(BaseModel):
    channel: str
    identifiers: dict[str, str]
    order_id: str
    amount_minor: int
    currency: str
    items: list[Item]
    properties: dict[str, object]


class Event(BaseModel):
    id: str
    type: str
    time: AwareDatetime
    data: Data


class Events(BaseModel):
    events: list[Event]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["BOOTSTRAP"], acks="all", compression_type="zstd")
    await producer.start()
    app.state.producer = producer
    yield
    await producer.stop()


app = FastAPI(lifespan=lifespan)


@app.post("/gather")
async def gather_sends(body: Events) -> dict[str, int]:
    producer: AIOKafkaProducer = app.state.producer
    futures = [await producer.send(INTERACTIONS, _value(event), key=_key(event)) for event in body.events]
    await asyncio.gather(*futures)
    return {"accepted": len(futures)}


@app.post("/wait")
async def send_and_wait(body: Events) -> dict[str, int]:
    producer: AIOKafkaProducer = app.state.producer
    for event in body.events:
        await producer.send_and_wait(INTERACTIONS, _value(event), key=_key(event))
    return {"accepted": len(body.events)}


def _value(event: Event) -> bytes:
    return event.model_dump_json().encode()


def _key(event: Event) -> bytes:
    return event.data.identifiers["user_id"].encode()
