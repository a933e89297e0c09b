"""Are these events in exactly the canonical form, so that their bytes may go on as they were sent?

An event with attributes or fields of the producer's own outside `properties`, or with an attribute that is set here
(admission.OURS), is not; nor is one with anything wrong. Then whoever asks looks closely (guard.parse_json_warily).
Why nothing slips through: all that was sent is decoded into types that hold only what can be stored, and unknown
members are errors. Of two members of one name decoding drops one; what was decoded encodes to members and texts that
were sent and no others, so as many quotation marks on both sides prove that none was dropped. The escapes of a
quotation mark, which would count on one side only, and of NUL, which no store takes, are looked for before.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, NamedTuple

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType, defstruct
from msgspec.json import Decoder, Encoder

from common.contracts.fields import Id, Instant
from common.contracts.interactions import Consent, Interaction, Item, Preference, Profile, Quantity, Rating, Referral
from common.http.guard import storable


class CanonicalEvent(Struct, kw_only=True, frozen=True):
    """The attributes that a producer sends, and nothing else."""

    id: Id
    type: str
    time: Instant
    data: Interaction


def _exactly(kind: type[Struct], *changed: tuple[str, Any] | tuple[str, Any, Any]) -> Any:
    """A kind of struct that refuses unknown members and encodes only what was sent. `Any`: made at run time."""
    return defstruct(
        f"Exact{kind.__name__}",
        changed,
        bases=(kind,),
        kw_only=True,
        frozen=True,
        gc=False,
        forbid_unknown_fields=True,
        omit_defaults=True,
    )


_VALUE: Final = storable(levels=4)
_FACTS: Final = _exactly(
    Interaction,
    ("items", list[_exactly(Item, ("quantity", Quantity | UnsetType, UNSET))] | None, None),  # type: ignore[misc]
    ("rating", _exactly(Rating) | None, None),
    ("referral", _exactly(Referral) | None, None),
    ("profile", _exactly(Profile) | None, None),
    ("preference", _exactly(Preference, ("value", _VALUE)) | None, None),
    ("consent", _exactly(Consent) | None, None),
    ("properties", dict[str, _VALUE] | None, None),  # type: ignore[valid-type]
)
_EVENT: Final = _exactly(CanonicalEvent, ("data", _FACTS))


class _Form(NamedTuple):
    """One way to send events: decoders of the events and of the bytes of each, and where the events stand in both."""

    decode: Callable[[bytes], Any]
    cut: Callable[[bytes], Any]
    events_in: Callable[[Any], Any]


def _list_of(event: Any) -> Any:
    return list[event]


def _wrapped(event: Any) -> Any:
    return defstruct("Wrapped", [("events", list[event])], forbid_unknown_fields=True)


_ONE: Final = _Form(Decoder(_EVENT).decode, Decoder(Raw).decode, lambda event: [event])
_ARRAY: Final = _Form(Decoder(_list_of(_EVENT)).decode, Decoder(_list_of(Raw)).decode, lambda events: events)
_WRAPPED: Final = _Form(Decoder(_wrapped(_EVENT)).decode, Decoder(_wrapped(Raw)).decode, attrgetter("events"))
_encode = Encoder().encode


def read_canonical(body: bytes) -> tuple[list[tuple[CanonicalEvent, Raw]], bool] | None:
    """The events of a body with the bytes of each, and whether it is one by its form; None: look closely."""
    if b"\\" in body and (b"\\u0022" in body or b"\\u0000" in body):
        return None
    form = _ARRAY if body.startswith(b"[") else _WRAPPED if body.startswith(b'{"events":') else _ONE
    try:
        sent = form.decode(body)
    except (MsgspecError, UnicodeError, OverflowError, RecursionError):
        return None
    if _encode(sent).count(b'"') != body.count(b'"'):
        return None
    return list(zip(form.events_in(sent), form.events_in(form.cut(body)), strict=True)), form is _ONE
