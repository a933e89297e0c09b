"""What does an event look like on the wire? CloudEvents 1.0, structured JSON (events.md section 1)."""

from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec

INTERACTIONS: Final = "guanxi.interactions.v1"
RELATIONSHIPS: Final = "guanxi.relationships.v1"
CARE: Final = "guanxi.care.v1"
FEEDBACK: Final = "guanxi.feedback.v1"
TOPICS: Final = (INTERACTIONS, RELATIONSHIPS, CARE, FEEDBACK)

CONTENT_TYPE: Final = b"application/cloudevents+json; charset=UTF-8"


class Event(msgspec.Struct, kw_only=True, frozen=True, gc=False, omit_defaults=False):
    """The envelope. Unknown attributes are not read here and stay in the raw bytes, which are what is stored."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    recordedtime: datetime | None = None
    datacontenttype: str = "application/json"
    dataversion: int = 1
    traceparent: str | None = None
    data: dict[str, Any] = {}


LAST_WRITER: Final = attrgetter("time", "source", "id")
"""Sort key: of two events about one thing the later in this order wins, whichever came first."""


def is_from_service(event: Event) -> bool:
    """Whether one of the services said it; ingest lets no producer use these sources."""
    return event.source.startswith("guanxi.")


_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


def decode_event(value: bytes) -> Event:
    """Read an envelope; msgspec.DecodeError or msgspec.ValidationError when it is none."""
    return _decoder.decode(value)


def encode_event(event: Event) -> bytes:
    """Write an envelope; attributes that are None are left out."""
    fields = {name: value for name in Event.__struct_fields__ if (value := getattr(event, name)) is not None}
    return _encoder.encode(fields)
