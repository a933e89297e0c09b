"""Is this text a contact.yaml? Strictly read: an unknown key, code, purpose or channel is refused with its place.

What is left out keeps the shipped value. Worked example: `cool_down_hours: -1` gives `contact.yaml:2: cool_down_hours:
must be a whole number from 0 to 720, not '-1'`.
"""

from datetime import time
from typing import Final

from engagement.domain.caps import COUNTED_TASKS, Cap
from engagement.domain.channel_settings import ADAPTERS, SETTINGS, read_channel_settings
from engagement.domain.contact_policy import ContactPolicy
from engagement.domain.document import Place, read_document
from engagement.domain.playbook import Purpose
from engagement.domain.quiet_hours import QuietHours
from engagement.domain.reachability import ADDRESS_OF, Channel
from engagement.domain.reasons import CAPS, Reason

FIELDS: Final = (
    "quiet_hours",
    "cool_down_hours",
    "caps",
    "service_per_day",
    "birthday_reserve_days",
    "global_control",
    "channels",
    "task_capacity",
)
CAP_FIELDS: Final = ("code", "purposes", "max", "days", "channels", "per_channel")
CHANNEL_FIELDS: Final = ("adapter", "enabled", "needs_credit", "daily_volume", *SETTINGS)
TASK_KINDS: Final = (*sorted(COUNTED_TASKS), "reply", "advice", "review_meeting")
CAPPED: Final = (Purpose.CARE, Purpose.MARKETING, Purpose.RESEARCH)
MOST_GLOBAL_CONTROL: Final = 0.1
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def read_contact(text: str, file: str) -> ContactPolicy:
    """The policy in a text. Raises DocumentInvalid."""
    told = read_document(text, file).mapping(allowed=FIELDS, required=("quiet_hours", "caps", "channels"))
    usual = ContactPolicy()
    return ContactPolicy(
        quiet_hours=_quiet_hours(told["quiet_hours"]),
        cool_down_hours=_whole(told.get("cool_down_hours"), usual.cool_down_hours, most=720),
        caps=tuple(_cap(place) for place in told["caps"].items()),
        service_per_day=_whole(told.get("service_per_day"), usual.service_per_day, least=1, most=100),
        birthday_reserve_days=_whole(told.get("birthday_reserve_days"), usual.birthday_reserve_days, most=30),
        global_control=told["global_control"].share(most=MOST_GLOBAL_CONTROL) if "global_control" in told else 0.0,
        channels={
            name: _channel(name, place) for name, place in told["channels"].mapping(allowed=sorted(ADDRESS_OF)).items()
        },
        task_capacity=_capacity(told.get("task_capacity")),
    )


def _whole(place: Place | None, usual: int, *, least: int = 0, most: int) -> int:
    return usual if place is None else place.integer(least=least, most=most)


def _quiet_hours(place: Place) -> QuietHours:
    told = place.mapping(allowed=("from", "to"), required=("from", "to"))
    return QuietHours(from_=_clock(told["from"]), to=_clock(told["to"]))


def _clock(place: Place) -> time:
    return time.fromisoformat(place.text(pattern=_CLOCK))


def _cap(place: Place) -> Cap:
    told = place.mapping(allowed=CAP_FIELDS, required=("code", "purposes", "max", "days"))
    channels = told["channels"].texts(allowed=sorted(ADDRESS_OF)) if "channels" in told else ()
    return Cap(
        code=Reason(told["code"].text(allowed=CAPS)),
        purposes=frozenset(Purpose(name) for name in told["purposes"].texts(allowed=CAPPED)),
        max=told["max"].integer(least=0, most=1000),
        days=told["days"].integer(least=1, most=366),
        channels=frozenset(channels),
        per_channel="per_channel" in told and told["per_channel"].flag(),
    )


def _channel(name: str, place: Place) -> Channel:
    told = place.mapping(allowed=CHANNEL_FIELDS, required=("adapter",))
    adapter = told["adapter"].text(allowed=ADAPTERS)
    return Channel(
        name=name,
        adapter=adapter,
        enabled="enabled" not in told or told["enabled"].flag(),
        needs_credit="needs_credit" in told and told["needs_credit"].flag(),
        daily_volume=told["daily_volume"].integer(least=0, most=10**9) if "daily_volume" in told else None,
        settings=read_channel_settings(place, told, adapter),
    )


def _capacity(place: Place | None) -> dict[str, int]:
    if place is None:
        return {}
    told = place.mapping(allowed=TASK_KINDS)
    return {kind: inner.integer(least=0, most=100_000) for kind, inner in told.items()}
