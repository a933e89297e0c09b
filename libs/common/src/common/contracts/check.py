"""May this interaction come in? The schema check of the door: form of every common field, what each type needs.

A refusal names the place (`pointer`, RFC 6901, from the event's root) and says what to do. Lists of names are closed
here: an unknown channel, rating kind or purpose is refused rather than mapped, so that a slip is seen on the first
event and not in next year's figures; a sender without a fitting channel says `other` and keeps its own word in
`properties`. Types are open: any dotted lower-case name passes.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from msgspec import UNSET, ValidationError, convert

from common.contracts.fields import FIRST_YEAR, LAST_YEAR
from common.contracts.interactions import (
    TYPES,
    BirthdayCalendar,
    Channel,
    Consent,
    ConsentPurpose,
    Direction,
    Interaction,
    Profile,
    Rating,
    RatingKind,
    ReturnReason,
)
from common.errors import Malformed

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "order.completed": ("amount_minor", "currency"),
    "order.refunded": ("amount_minor", "currency"),
    "order.cancelled": ("order_id",),
    "review.posted": ("rating",),
    "survey.answered": ("rating",),
    "preference.stated": ("preference",),
    "consent.granted": ("consent",),
    "consent.withdrawn": ("consent",),
}
"""Required per type: without these the event could have no effect. What else events.md lists may follow later."""

_HINTS: Final[dict[str, str]] = {
    "identifiers": 'Send an object of texts, for example {"user_id": "42"}; numbers go in quotes.',
    "amount_minor": "Send whole minor units (fen, cents) as a JSON integer from 0 to 10^14: 15900 for 159.00.",
    "currency": "Send the ISO 4217 code in capitals, for example CNY.",
    "promised_at": f"Send RFC 3339 with an offset, between {FIRST_YEAR} and {LAST_YEAR}: 2026-11-23T18:00:00+08:00.",
    "items": "Send a list of {sku, category?, quantity?, amount_minor?}.",
    "rating": "Send {kind, value, min, max} with numbers, min < max and min <= value <= max; high is good.",
    "referral": "Send {code, referred?}.",
    "profile": "Send {name?, language?, zone?, birthday?, birthday_calendar?, lunar_leap?, tags?}; null deletes.",
    "preference": "Send {key, value, confidence? from 0 to 1, expires_on? as YYYY-MM-DD}.",
    "consent": "Send {purpose, channel, evidence?}.",
    "properties": "Send an object; anything of your own belongs in it.",
}
_HINT: Final = "Correct the field or leave it out; anything of your own belongs in `properties`."
_PLACE: Final = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)
_TYPE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)+")
_LONGEST_TYPE: Final = 128
_REQUIRED_OF: Final[dict[str, Callable[[Interaction], tuple[object, ...]]]] = {
    **dict.fromkeys(TYPES, lambda _: ()),
    **{type_: attrgetter(fields[0], *fields) for type_, fields in REQUIRED.items()},
}
"""Of every known type how to get the required values; with one name alone a getter would give no tuple."""
_CHANNELS: Final = frozenset(one.value for one in Channel)
_DIRECTIONS: Final = frozenset(one.value for one in Direction)
_CHANNELS_OR_NONE: Final = _CHANNELS | {None}
_DIRECTIONS_OR_NONE: Final = _DIRECTIONS | {None}
_RATING_KINDS: Final = frozenset(one.value for one in RatingKind)
_PURPOSES: Final = frozenset(one.value for one in ConsentPurpose)
_RETURN_REASONS: Final = frozenset(one.value for one in ReturnReason)
_CALENDARS: Final = frozenset(one.value for one in BirthdayCalendar)


class SchemaBroken(Malformed):
    """An event whose form the contract does not allow; `data["pointer"]` names the place."""

    code = "schema"


def check_interaction(type_: str, data: Any) -> Interaction:
    """Read the decoded `data` of a producer's event; SchemaBroken when its form is wrong."""
    try:
        interaction = convert(data, Interaction)
    except ValidationError as err:
        raise _refusal(str(err)) from err
    check_facts(type_, interaction)
    return interaction


def check_facts(type_: str, interaction: Interaction) -> None:
    """The rules that types alone cannot say, for callers that decoded `data` into the struct themselves."""
    required = _REQUIRED_OF.get(type_)
    if required is None:
        check_type(type_)
    elif None in required(interaction):
        raise _lacking(type_, interaction)
    if interaction.channel not in _CHANNELS_OR_NONE:
        _check_name("/data/channel", str(interaction.channel), _CHANNELS)
    if interaction.direction not in _DIRECTIONS_OR_NONE:
        _check_name("/data/direction", str(interaction.direction), _DIRECTIONS)
    currency = interaction.currency
    if currency is not None and not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise _broken("/data/currency", f"`{currency}` is no currency code. {_HINTS['currency']}")
    if interaction.promised_at is not None:
        check_time(interaction.promised_at, "/data/promised_at")
    if interaction.rating is not None:
        _check_rating(interaction.rating)
    if interaction.profile is not None:
        _check_profile(interaction.profile)
    if interaction.consent is not None:
        _check_consent(interaction.consent)
    if type_ in _OF_TYPE:
        _OF_TYPE[type_](interaction)


def _lacking(type_: str, interaction: Interaction) -> SchemaBroken:
    field = next(field for field in REQUIRED[type_] if getattr(interaction, field) is None)
    return _broken(f"/data/{field}", f"`{type_}` needs `{field}`. {_HINTS.get(field, _HINT)}")


def check_type(type_: str) -> None:
    """SchemaBroken unless the type is a dotted lower-case name."""
    if len(type_) > _LONGEST_TYPE or not _TYPE_NAME.fullmatch(type_):
        raise _broken("/type", "Write the type as a dotted lower-case name of at most 128 characters: shop.wishlisted.")


def check_time(time: datetime, pointer: str = "/time") -> None:
    """SchemaBroken when the instant lies outside 1970 to 2100 by its own calendar."""
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise _broken(pointer, f"The year {time.year} is impossible: send an instant from {FIRST_YEAR} to {LAST_YEAR}.")


def _check_refund(interaction: Interaction) -> None:
    if interaction.amount_minor == 0:
        raise _broken("/data/amount_minor", "A refund needs a positive amount; leave out refunds of nothing.")


def _check_return(interaction: Interaction) -> None:
    if interaction.reason is not None:
        _check_name("/data/reason", interaction.reason, _RETURN_REASONS)


_OF_TYPE: Final[dict[str, Callable[[Interaction], None]]] = {
    "order.refunded": _check_refund,
    "return.completed": _check_return,
}


def _check_rating(rating: Rating) -> None:
    _check_name("/data/rating/kind", rating.kind, _RATING_KINDS)
    if not rating.min < rating.max:
        raise _broken(
            "/data/rating/max", f"The scale from {rating.min:g} to {rating.max:g} is empty. {_HINTS['rating']}"
        )
    if not rating.min <= rating.value <= rating.max:
        raise _broken(
            "/data/rating/value",
            f"{rating.value:g} lies outside the scale from {rating.min:g} to {rating.max:g}. {_HINTS['rating']}",
        )


def _check_profile(profile: Profile) -> None:
    lunar = profile.birthday_calendar == BirthdayCalendar.LUNAR
    if isinstance(profile.birthday_calendar, str):
        _check_name("/data/profile/birthday_calendar", profile.birthday_calendar, _CALENDARS)
    if (
        profile.birthday is not UNSET
        and profile.birthday is not None
        and not _is_birthday(profile.birthday, lunar=lunar)
    ):
        raise _broken("/data/profile/birthday", "There is no such day: send 1990-05-04, or --05-04 without the year.")


def _is_birthday(text: str, *, lunar: bool) -> bool:
    """Whether `YYYY-MM-DD` or `--MM-DD` is a day; every lunar month may have 30 days, a yearless 29 February exists."""
    year, month, day = ("2000" if text.startswith("--") else text[:4]), int(text[-5:-3]), int(text[-2:])
    if lunar:
        return int(year) >= 1 and 1 <= month <= 12 and 1 <= day <= 30
    try:
        return bool(date(int(year), month, day))
    except ValueError:
        return False


def _check_consent(consent: Consent) -> None:
    _check_name("/data/consent/purpose", consent.purpose, _PURPOSES)
    if consent.channel != "*":
        _check_name("/data/consent/channel", consent.channel, _CHANNELS, or_else=" or * for all")


def _check_name(pointer: str, name: str, allowed: frozenset[str], or_else: str = "") -> None:
    if name not in allowed:
        raise _broken(pointer, f"`{name[:40]}` is unknown here; use one of {', '.join(sorted(allowed))}{or_else}.")


def _refusal(message: str) -> SchemaBroken:
    """Turn msgspec's sentence into a pointer and advice."""
    match = _PLACE.fullmatch(message)
    what, path = (match[1], match[2] or "") if match else (message, "")
    keys = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path)
    pointer = "/data" + "".join(f"/{name or index}" for name, index in keys)
    hint = _HINTS.get(keys[0][0], _HINT) if keys else "Send `data` as a JSON object."
    return _broken(pointer, f"{what}. {hint}")


def _broken(pointer: str, message: str) -> SchemaBroken:
    return SchemaBroken(message, pointer=pointer)
