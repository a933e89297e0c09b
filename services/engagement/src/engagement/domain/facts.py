"""Which facts may a condition ask for, and of what kind is each? The closed list of care-model.md section 2.

The relationship card (`segment`, `care.health`), what a dimension was in the 365 days before (`segment_was`), profile,
consents (the channels that a purpose may use), `open_case`, `first_order`, `heard.order.completed` (ever),
`days_since.order.completed`, `preference.festivals` (as stated) and the occasion's own data (`data.rating.value`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

EVENT_TYPE: Final = r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+"
"""Any dotted lower-case name may be an event's type (interactions.md)."""

WAS_DAYS: Final = 365


class FactKind(StrEnum):
    """TEXTS is a set: it equals a value that it contains."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`values`: the only texts that it can hold; empty where any text may stand."""

    kind: FactKind
    values: tuple[str, ...] = ()


SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "segment": ("high_value", "active", "potential", "churned"),
    "tier": ("intimate", "face_to_face", "brand", "distant"),
    "stage": ("long_term", "loyalty", "trust_building", "initial_contact"),
    "status": ("active", "reactivated", "dormant", "lost"),
    "churn_band": ("low", "medium", "high"),
}
"""The named values of each shown dimension, best first (events.md section 4)."""

CONSENT_CHANNELS: Final = ("email", "sms", "wecom", "wechat", "phone")

_TEXT: Final = Fact(kind=FactKind.TEXT)
_NUMBER: Final = Fact(kind=FactKind.NUMBER)
_FLAG: Final = Fact(kind=FactKind.FLAG)
_CHANNELS: Final = Fact(kind=FactKind.TEXTS, values=CONSENT_CHANNELS)

CARD_NUMBERS: Final = (
    "churn_risk",
    "clv_minor",
    *(f"scores.{name}" for name in ("experience", "engagement", "exchange", "evaluation", "evolution")),
    *(f"scores.{name}" for name in ("strength", "coverage", "trust", "personal_contact", "reciprocity")),
    *(f"rfm.{name}" for name in ("recency_days", "frequency", "monetary_minor", "r", "f", "m")),
    *(f"care.{name}" for name in ("health", "priority", "coverage", "cs", "cl", "cv", "ce", "cf")),
)
CARD_FLAGS: Final = ("key_account", "severe")
CARD_TEXTS: Final = ("currency", "rfm.named")

DATA_FACTS: Final[Mapping[str, Fact]] = {
    **dict.fromkeys(("channel", "touchpoint", "reason", "order_id", "currency", "survey", "survey_kind"), _TEXT),
    **dict.fromkeys(("wave", "origin", "cause", "severity", "resolution", "root_cause", "rating.kind"), _TEXT),
    **dict.fromkeys(("amount_minor", "rating.value", "rating.share"), _NUMBER),
    **dict.fromkeys(("personal", "answered", "severe", "sla_breached", "reminder", "reopened"), _FLAG),
    **dict.fromkeys(("within_clock", "promise_kept"), _FLAG),
}
"""Fields of an event's data; `rating.share` is the value's place between min and max, from 0 to 1."""

FACTS: Final[Mapping[str, Fact]] = {
    **{name: Fact(kind=FactKind.TEXT, values=values) for name, values in SHOWN.items()},
    **{f"{name}_was": Fact(kind=FactKind.TEXTS, values=values) for name, values in SHOWN.items()},
    **dict.fromkeys(CARD_NUMBERS, _NUMBER),
    **dict.fromkeys(CARD_FLAGS, _FLAG),
    **dict.fromkeys(CARD_TEXTS, _TEXT),
    **dict.fromkeys(("profile.language", "profile.zone"), _TEXT),
    "profile.birthday_calendar": Fact(kind=FactKind.TEXT, values=("solar", "lunar")),
    "profile.tags": Fact(kind=FactKind.TEXTS),
    **dict.fromkeys(("profile.has_name", "profile.has_birthday"), _FLAG),
    **{f"consent.{purpose}": _CHANNELS for purpose in ("care", "marketing", "research")},
    **dict.fromkeys(("consent.profiling", "open_case", "first_order"), _FLAG),
    **{f"data.{name}": fact for name, fact in DATA_FACTS.items()},
}
FAMILIES: Final[Mapping[str, Fact]] = {"heard.": _FLAG, "days_since.": _NUMBER}
"""Prefixes before any event type."""

PREFERENCE: Final = "preference."
_PREFERENCE_KEY: Final = r"[a-z0-9][a-z0-9_.-]{0,63}"

ALLOWED: Final = (*FACTS, *(f"{prefix}<event type>" for prefix in FAMILIES), "preference.<key>")


def find_fact(name: str) -> Fact | None:
    """The fact of a name; None when there is none."""
    known = FACTS.get(name)
    if known is not None:
        return known
    if name.startswith(PREFERENCE) and re.fullmatch(_PREFERENCE_KEY, name.removeprefix(PREFERENCE)):
        return Fact(kind=FactKind.TEXTS)
    for prefix, fact in FAMILIES.items():
        if name.startswith(prefix) and re.fullmatch(EVENT_TYPE, name.removeprefix(prefix)):
            return fact
    return None


def asked_event_type(name: str) -> str | None:
    """The event type whose last time a fact needs; None for facts that need none."""
    if name == "first_order":
        return "order.completed"
    prefix = next((prefix for prefix in FAMILIES if name.startswith(prefix)), None)
    return None if prefix is None else name.removeprefix(prefix)


def data_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data.*` of an event's data; what is absent or of another kind is left out."""
    told = {**data}
    rating = data.get("rating")
    if isinstance(rating, Mapping):
        told |= {f"rating.{name}": value for name, value in rating.items()}
        told["rating.share"] = _share(rating)
    return {f"data.{name}": told[name] for name, fact in DATA_FACTS.items() if _fits(told.get(name), fact.kind)}


def _share(rating: Mapping[str, Any]) -> float | None:
    value, least, most = (rating.get(name) for name in ("value", "min", "max"))
    if not (_is_number(value) and _is_number(least) and _is_number(most)) or most == least:
        return None
    return float((value - least) / (most - least))  # type: ignore[operator]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _fits(value: Any, kind: FactKind) -> bool:
    match kind:
        case FactKind.TEXT:
            return isinstance(value, str)
        case FactKind.FLAG:
            return isinstance(value, bool)
        case FactKind.NUMBER:
            return _is_number(value)
        case FactKind.TEXTS:
            return isinstance(value, list)
