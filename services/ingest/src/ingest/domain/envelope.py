"""Is this an event at all? Its attributes and its data, or where they are wrong and what to do."""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert

from common.contracts.check import SchemaBroken, check_interaction
from common.contracts.fields import Id, Instant
from common.contracts.interactions import Interaction

Text = Annotated[str, Meta(min_length=1, max_length=256)]


class Attributes(Struct, kw_only=True, frozen=True):
    """The attributes that must be right for an event to be read; others pass as they are."""

    id: Id
    type: str
    source: Text | None = None
    subject: Annotated[str, Meta(max_length=320)] | None = None
    time: Instant | None = None
    specversion: str | None = None
    datacontenttype: Text | None = None
    dataversion: int | None = None
    traceparent: Text | None = None


class Envelope(Attributes, kw_only=True, frozen=True):
    """The attributes and the data; both are read in one call, and apart only to tell which is wrong."""

    data: Interaction | None = None


_HINTS: Final = {
    "id": "Send your own id of the event as a text of 1 to 256 characters; the same id again has no second effect.",
    "type": "Send a dotted lower-case name, for example order.completed.",
    "time": "Send RFC 3339 with an offset: 2026-11-20T10:00:00+08:00.",
    "subject": "Send the canonical id (c_...) or `kind:value`, or leave it out and send `data.identifiers`.",
    "dataversion": "Send an integer or leave it out.",
}


def read_envelope(event: Any) -> Envelope:
    """Read a decoded event; SchemaBroken when it is none."""
    try:
        envelope = convert(event, Envelope)
    except ValidationError as error:
        raise _refusal(event, error) from error
    if envelope.specversion not in (None, "1.0"):
        raise SchemaBroken("`specversion` is 1.0 here, or left out.", pointer="/specversion")
    return envelope


def _refusal(event: Any, error: ValidationError) -> SchemaBroken:
    """Say where the event is wrong and what to do."""
    if not isinstance(event, dict):
        return SchemaBroken("Send each event as a JSON object.", pointer="")
    try:
        attributes = convert(event, Attributes)
    except ValidationError as wrong:
        what, _, place = str(wrong).partition(" - at `$.")
        name = place.rstrip("`") or next((name for name in ("id", "type") if event.get(name) is None), "")
        hint = _HINTS.get(name, "Correct the attribute or leave it out.")
        return SchemaBroken(f"{what}. {hint}", pointer=f"/{name}" if name else "")
    try:
        check_interaction(attributes.type, event.get("data"))
    except SchemaBroken as refusal:
        return refusal
    return SchemaBroken(f"{error}.", pointer="")
