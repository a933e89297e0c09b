"""May this event come in, whose is it, and which bytes go to Kafka? One event at a time, without I/O.

The bytes are CloudEvents JSON with everything that the producer sent; only `source`, `subject`, `recordedtime` and
what the envelope needs are set (events.md section 1). A time more than ten minutes ahead is kept and flagged by the
attribute `future`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from msgspec import Raw, Struct
from msgspec.json import Encoder, decode

from common.contracts.check import SchemaBroken, check_facts, check_time
from common.contracts.fields import FIRST_YEAR, LAST_YEAR
from common.contracts.interactions import Interaction
from common.errors import Malformed
from common.http.guard import find_flaws
from common.identity import KINDS
from ingest.domain.canonical import CanonicalEvent
from ingest.domain.customers import Customer, Customers
from ingest.domain.envelope import Envelope, read_envelope
from ingest.domain.identity import is_customer, read_subject
from ingest.domain.sources import Sender

EVENT_BYTES: Final = 256 * 1024
AHEAD: Final = timedelta(minutes=10)

OURS: Final = frozenset(
    ("specversion", "source", "subject", "recordedtime", "datacontenttype", "dataversion", "traceparent", "future")
)
"""Attributes that are set here, whatever was sent."""

_FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal()
_encode = Encoder().encode
_NOTHING: Final = Interaction()
_SAID: Final = b'",'
"""What follows the subject of most events: a time, which they say themselves, that does not lie ahead."""


class NoCustomer(Malformed):
    """The event names nobody."""

    code = "no_customer"


class EventTooLarge(Malformed):
    """One event over its limit."""

    code = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a request was accepted: the instant, its text as events carry it, the latest time that is not ahead.

    A day before `yesterday`, an ordinal in UTC, is not ahead in any zone; comparing instants would cost ten times that.
    """

    at: datetime
    text: str
    latest: float
    yesterday: int

    @classmethod
    def of(cls, at: datetime) -> "Moment":
        """From an aware UTC instant."""
        text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return cls(at=at, text=text, latest=(at + AHEAD).timestamp(), yesterday=at.toordinal() - 1)


class Admitted(Struct, frozen=True, gc=False):
    """An event that may come in, named by source and id. A Struct, because tens of thousands a second are made."""

    name: tuple[str, str]
    customer: str
    key: bytes
    value: bytes
    partition: int


@dataclass(slots=True, kw_only=True)
class Circumstances:
    """What an event does not say itself: who sends it, when, in which trace, and who is behind its identifiers.

    `wary`: the event may hold numbers beyond range or lone surrogates (guard.parse_json_warily).
    """

    sender: Sender
    moment: Moment
    customers: Customers
    traceparent: str | None = None
    wary: bool = False
    plain_head: bytes = b""

    def __post_init__(self) -> None:
        self.plain_head = _head(self.sender.name, self.moment.text, None, None, self.traceparent)


def admit_as_sent(event: CanonicalEvent, sent: Raw, given: Circumstances) -> Admitted:
    """`admit`, with the same verdict, for an event in exactly the canonical form: its bytes are what was sent."""
    facts, moment = event.data, given.moment
    check_facts(event.type, facts)
    when = _SAID if _FIRST_DAY <= event.time.toordinal() < moment.yesterday else _when(event.time, moment)
    customer = given.customers.strongest(facts.identifiers or {}, given.sender.namespace)
    if customer is None:
        raise _nobody()
    body = bytes(sent)
    if len(body) > EVENT_BYTES:
        return admit(decode(body), given)  # it may be small enough without its white space
    value = b"".join((given.plain_head, customer.key, when, body[1:]))
    return Admitted((given.sender.name, event.id), customer.id, customer.key, value, customer.partition)


def admit(event: Any, given: Circumstances) -> Admitted:
    """Check one decoded event and make its bytes; SchemaBroken, NoCustomer or EventTooLarge says why not."""
    if given.wary:
        _refuse_flaws(event)
    envelope = read_envelope(event)
    interaction = envelope.data
    if interaction is not None:
        check_facts(envelope.type, interaction)
        sent = interaction.identifiers or {}
    else:
        check_facts(envelope.type, _NOTHING)
        sent = {}
    when = _when(envelope.time, given.moment)
    subject = envelope.subject
    identifiers = _identifiers_of(subject, sent) if subject else sent
    customer = _customer_of(subject, identifiers, given)
    if interaction is not None and identifiers is sent and envelope.time is not None and OURS.isdisjoint(event):
        body = _bytes_of(event)
        value = given.plain_head + customer.key + when + body[1:]
        return _admitted(given.sender.name, envelope.id, customer, value)
    _bytes_of(event)
    body = _encode(_rest(event, identifiers, identifiers is not sent, envelope))
    source = given.sender.source_of(envelope.source)
    trace = envelope.traceparent or given.traceparent
    head = _head(source, given.moment.text, envelope.datacontenttype, envelope.dataversion, trace)
    return _admitted(source, envelope.id, customer, head + customer.key + when + body[1:])


def _admitted(source: str, id_: str, customer: Customer, value: bytes) -> Admitted:
    return Admitted((source, id_), customer.id, customer.key, value, customer.partition)


def _rest(event: dict[str, Any], identifiers: dict[str, str], added: bool, envelope: Envelope) -> dict[str, Any]:
    """What stands behind the attributes set here."""
    rest = {name: value for name, value in event.items() if name not in OURS}
    if envelope.time is None:
        rest.pop("time", None)
    data = event.get("data") or {}
    rest["data"] = {**data, "identifiers": identifiers} if added else data
    return rest


def _head(source: str, recorded: str, content_type: str | None, version: int | None, trace: str | None) -> bytes:
    """The beginning of an event's JSON up to its subject; the same for most events of a request."""
    attributes = {
        "specversion": "1.0",
        "source": source,
        "recordedtime": recorded,
        "datacontenttype": content_type or "application/json",
        "dataversion": 1 if version is None else version,
        **({"traceparent": trace} if trace else {}),
    }
    return _encode(attributes)[:-1] + b',"subject":"'


def _when(time: datetime | None, moment: Moment) -> bytes:
    """What follows the subject: the time where the event has none, the flag where it lies ahead."""
    if time is None:
        return b'","time":"' + moment.text.encode() + b'",'
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        check_time(time)
    if time.toordinal() < moment.yesterday or time.timestamp() <= moment.latest:
        return _SAID
    return b'","future":true,'


def _identifiers_of(subject: str, sent: dict[str, str]) -> dict[str, str]:
    """The identifiers with the one that `subject` may hold; the same object where it holds none or a known one."""
    if is_customer(subject):
        return sent
    named = read_subject(subject)
    if named is None:
        raise SchemaBroken(
            f"`{subject[:80]}` names no customer. Send a canonical id (c_...) or `kind:value` with a kind of "
            f"{', '.join(KINDS)}.",
            pointer="/subject",
        )
    kind, value = named
    return sent if kind in sent else {kind: value, **sent}


def _customer_of(subject: str | None, identifiers: dict[str, str], given: Circumstances) -> Customer:
    """The customer of the canonical id that the producer gave, or of the strongest identifier."""
    return given.customers.of(subject) if subject and is_customer(subject) else _named_by(identifiers, given)


def _named_by(identifiers: dict[str, str], given: Circumstances) -> Customer:
    """The customer of the strongest identifier."""
    customer = given.customers.strongest(identifiers, given.sender.namespace)
    if customer is None:
        raise _nobody()
    return customer


def _nobody() -> NoCustomer:
    return NoCustomer(
        "The event names no customer: give `subject` (c_... or kind:value) or `data.identifiers` with a usable "
        f"value of {', '.join(KINDS)}; values such as 0 or anonymous name nobody.",
        pointer="/data/identifiers",
    )


def _bytes_of(event: dict[str, Any]) -> bytes:
    """Encode; look for NUL only where the bytes hint at it."""
    body = _encode(event)
    if b"\\" in body and b"\\u0000" in body:
        _refuse_flaws(event)
    if len(body) > EVENT_BYTES:
        raise EventTooLarge(f"The event has {len(body)} bytes; the limit is {EVENT_BYTES}.", pointer="")
    return body


def _refuse_flaws(event: object) -> None:
    for flaw in find_flaws(event):
        raise SchemaBroken(flaw.message, code=flaw.code, pointer=flaw.pointer)
