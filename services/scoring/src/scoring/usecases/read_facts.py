"""How is an event read that is to be scored? The envelope, and of its data only the facts that scoring looks at."""

from typing import Final

import msgspec

from common.events import Event
from scoring.domain.state.facts import Facts


class _Scored(Event, frozen=True, kw_only=True, gc=False):
    data: Facts = msgspec.field(default_factory=Facts)  # type: ignore[assignment]  # as in Event, but only these


_decode: Final = msgspec.json.Decoder(_Scored).decode


def read_facts(value: bytes) -> Event:
    """Read an event; raises as decode_event does."""
    if not value.isascii():
        value.decode()  # the decoder looks for bad UTF-8 only in what it does not skip
    return _decode(value)
