"""What may the data of an interaction hold? Structs of interactions.md and events.md section 3.

Everything is optional here; what a type cannot do without stands in `check_interaction`.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from common.contracts.fields import AmountMinor, Currency, Day, Fraction, Id, Instant, Name


class Channel(StrEnum):
    WEB = "web"
    APP = "app"
    STORE = "store"
    PHONE = "phone"
    EMAIL = "email"
    SMS = "sms"
    WECOM = "wecom"
    WECHAT = "wechat"
    COMMUNITY = "community"
    MARKETPLACE = "marketplace"
    SURVEY = "survey"
    OTHER = "other"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    MUTUAL = "mutual"


class RatingKind(StrEnum):
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    STARS = "stars"
    EXPECTATION = "expectation"


class ReturnReason(StrEnum):
    QUALITY = "quality"
    SIZE = "size"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class ConsentPurpose(StrEnum):
    CARE = "care"
    MARKETING = "marketing"
    RESEARCH = "research"
    PROFILING = "profiling"


class BirthdayCalendar(StrEnum):
    SOLAR = "solar"
    LUNAR = "lunar"


Birthday = Annotated[str, Meta(pattern=r"^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$", max_length=10)]


Quantity = Annotated[float, Meta(ge=0, le=1e9)]


class Rating(Struct, kw_only=True, frozen=True, gc=False):
    """An answer on its own scale; high = good."""

    kind: str
    value: float
    min: float
    max: float


class Item(Struct, kw_only=True, frozen=True, gc=False):
    """One line of an order."""

    sku: Id
    category: Name | None = None
    quantity: Quantity = 1
    amount_minor: AmountMinor | None = None


class Referral(Struct, kw_only=True, frozen=True, gc=False):
    code: Id
    referred: Id | None = None


class Profile(Struct, kw_only=True, frozen=True):
    """What the customer is like. UNSET = not told, None = to be deleted."""

    name: Annotated[str, Meta(max_length=256)] | UnsetType | None = UNSET
    language: Annotated[str, Meta(max_length=35)] | UnsetType | None = UNSET
    zone: Annotated[str, Meta(max_length=64)] | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    birthday_calendar: str | UnsetType | None = UNSET
    lunar_leap: bool | UnsetType | None = UNSET
    tags: list[Name] | UnsetType | None = UNSET


class Preference(Struct, kw_only=True, frozen=True):
    key: Name
    value: Any  # a text, number, flag or list: the customer's own choice of form
    confidence: Fraction = 1.0
    expires_on: Day | None = None


class Consent(Struct, kw_only=True, frozen=True, gc=False):
    """`channel` is a channel or `*`; `evidence` says where the proof is kept."""

    purpose: str
    channel: str
    evidence: Annotated[str, Meta(max_length=4096)] | None = None


class Interaction(Struct, kw_only=True, frozen=True):
    """The common fields; anything else that a producer sent stays in the raw event."""

    identifiers: dict[str, str] | None = None
    channel: str | None = None
    touchpoint: Name | None = None
    direction: str | None = None
    personal: bool | None = None
    answered: bool | None = None
    staff_id: Id | None = None
    order_id: Id | None = None
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None
    promised_at: Instant | None = None
    refund_id: Id | None = None
    reason: Annotated[str, Meta(max_length=1024)] | None = None
    items: list[Item] | None = None
    ticket_id: Id | None = None
    sla_breached: bool | None = None
    complaint_id: Id | None = None
    severe: bool | None = None
    rating: Rating | None = None
    referral: Referral | None = None
    profile: Profile | None = None
    preference: Preference | None = None
    consent: Consent | None = None
    action_id: Id | None = None
    campaign_id: Id | None = None
    case_id: Id | None = None
    properties: dict[str, Any] | None = None


class Link(Struct, kw_only=True, frozen=True, gc=False):
    """One alias and its customer; published twice, once a subject."""

    alias: Id
    customer: Id
    kind: str
    merge_id: Id | None = None


class Erasure(Struct, kw_only=True, frozen=True):
    """One customer whose data must go, with all aliases; published once per alias and customer."""

    customer: Id
    aliases: list[Id]
    request_id: Id


TYPES: Final = (  # noqa: SIM905 - one line a theme reads better than 57 lines
    "order.completed order.refunded order.cancelled order.delivered return.completed payment.failed "
    "checkout.started cart.abandoned cart.updated coupon.redeemed "
    "membership.started membership.renewed membership.ended points.earned points.redeemed "
    "page.viewed product.viewed search.made app.opened "
    "message.opened message.clicked message.received message.sent call.received call.made "
    "visit.made meeting.held return_visit.done content.shared content.posted suggestion.made "
    "event.registered event.attended community.joined community.left community.posted "
    "account.followed account.unfollowed contact.added contact.removed cocreation.joined charity.joined story.engaged "
    "ticket.opened ticket.resolved complaint.made complaint.resolved promise.kept promise.broken "
    "review.posted referral.made referral.converted survey.answered "
    "profile.updated preference.stated consent.granted consent.withdrawn"
).split()
"""What any source may tell; other dotted names are accepted too and mean nothing until a policy maps them."""

DATA: Final[dict[str, type[Struct]]] = {
    **dict.fromkeys(TYPES, Interaction),
    "identity.linked": Link,
    "customer.merged": Link,
    "customer.unmerged": Link,
    "customer.erased": Erasure,
}
"""The struct of every type; the last four take effect only from `guanxi.*` sources."""
