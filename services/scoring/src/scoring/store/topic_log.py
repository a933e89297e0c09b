"""What stands on the log between two offsets? For who compares it with the ledger; read without a group."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from common.dead_letters import Received
from common.events import Event
from common.kafka import stop_client
from common.progress import Place

READ_MILLISECONDS: Final = 1000
REQUEST_MILLISECONDS: Final = 15_000
WAIT_MILLISECONDS: Final = 20
"""A fetch beyond the end of one place holds up the next place's for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A record: `received` is None where its bytes are no event."""

    offset: int
    at: datetime
    received: Received | None


class TopicLog:
    """The log of some topics; `decode` reads a record's event."""

    def __init__(self, kafka: AIOKafkaConsumer, decode: Callable[[bytes], Event]) -> None:
        self._kafka = kafka
        self._decode = decode

    async def bounds(self, places: Iterable[Place]) -> dict[Place, tuple[int, int]]:
        """The first offset of each place and the one after the last."""
        wanted = [TopicPartition(*place) for place in places]
        starts, ends = await self._kafka.beginning_offsets(wanted), await self._kafka.end_offsets(wanted)
        return {(place.topic, place.partition): (starts[place], ends[place]) for place in wanted}

    async def read(self, place: Place, first: int, end: int, *, most: int) -> AsyncIterator[list[Logged]]:
        """The records from an offset up to before another, in parts of at most so many."""
        at = TopicPartition(*place)
        self._kafka.assign([at])
        self._kafka.seek(at, first)
        while first < end:
            found = (await self._kafka.getmany(timeout_ms=READ_MILLISECONDS, max_records=most)).get(at, [])
            part = [
                Logged(
                    offset=record.offset,
                    at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
                    received=self._received(place, record.offset, record.value or b""),
                )
                for record in found
                if record.offset < end
            ]
            if found:
                first = found[-1].offset + 1
            if part:
                yield part

    async def read_all(
        self, ranges: Mapping[Place, tuple[int, int]], *, most: int
    ) -> AsyncIterator[tuple[Place, list[Logged]]]:
        """The records of several places, one place after the other."""
        for place, (first, end) in sorted(ranges.items()):
            async for part in self.read(place, first, end, most=most):
                yield place, part

    def _received(self, place: Place, offset: int, value: bytes) -> Received | None:
        try:
            event = self._decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return Received(topic=place[0], partition=place[1], offset=offset, value=value, event=event)


@asynccontextmanager
async def open_log(bootstrap: str, *, decode: Callable[[bytes], Event]) -> AsyncIterator[TopicLog]:
    """Connected; raises KafkaError while the broker is down."""
    kafka = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="none",
        request_timeout_ms=REQUEST_MILLISECONDS,
        fetch_max_wait_ms=WAIT_MILLISECONDS,
    )
    try:
        await kafka.start()
        yield TopicLog(kafka, decode)
    finally:
        await stop_client(kafka)
