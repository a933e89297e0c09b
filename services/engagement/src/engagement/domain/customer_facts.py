"""What is each named fact of one customer, for one occasion, now? The values behind facts.py.

Worked example: the card says churned, `shown_before` high_value until 300 days ago: `segment_was` = {churned,
high_value}; 366 days ago: {churned}. `first_order` holds while no earlier order than the occasion's was heard of.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from engagement.domain.condition import All, Verdict, facts_of, judge
from engagement.domain.facts import CARD_FLAGS, CARD_NUMBERS, CARD_TEXTS, PREFERENCE, SHOWN, WAS_DAYS, data_facts
from engagement.domain.occasion import Occasion
from engagement.domain.playbook import Playbook
from engagement.domain.shown import Shown
from engagement.domain.standing import Standing

_CARD: Final = (*SHOWN, *CARD_NUMBERS, *CARD_FLAGS, *CARD_TEXTS)


def judge_for(occasion: Occasion, playbook: Playbook, standing: Standing, now: datetime) -> Verdict:
    """Whether the playbook is for this customer: its `for`."""
    if playbook.conditions == All():
        return Verdict(holds=True)
    facts = customer_facts(occasion, asked=facts_of(playbook.conditions), standing=standing, now=now)
    return judge(playbook.conditions, facts)


def customer_facts(occasion: Occasion, *, asked: Iterable[str], standing: Standing, now: datetime) -> dict[str, Any]:
    """Every known fact by name, of `heard.*` and `days_since.*` those asked; unknown ones are absent or None."""
    shown = standing.shown
    facts = {name: _at(shown.card, name) for name in _CARD} if shown.card is not None else {}
    facts |= _was(shown, occasion.at.astimezone(standing.zone).date())
    facts |= _profile(shown.profile)
    facts |= {f"{PREFERENCE}{key}": _texts(value) for key, value in shown.preferences.items()}
    facts |= _consents(standing)
    facts |= _heard(standing, asked, now)
    first = standing.first_heard.get("order.completed")
    facts["first_order"] = None if first is None else first >= occasion.at
    facts["open_case"] = standing.open_case
    return facts | data_facts(occasion.facts.get("data") or {})


def _at(card: Mapping[str, Any], name: str) -> Any:
    outer, _, inner = name.partition(".")
    return (card.get(outer) or {}).get(inner) if inner else card.get(outer)


def _was(shown: Shown, day: date) -> dict[str, set[str]]:
    """The values of each dimension in the 365 days before a day, today's included; unknown before the first card."""
    if shown.card is None:
        return {}
    since = day - timedelta(days=WAS_DAYS)
    was = {f"{name}_was": {shown.card[name]} - {None} for name in SHOWN if name in shown.card}
    for (dimension, value), until_on in shown.before.items():
        if until_on >= since and f"{dimension}_was" in was:
            was[f"{dimension}_was"].add(value)
    return was


def _profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profile.language": profile.get("language"),
        "profile.zone": profile.get("zone"),
        "profile.birthday_calendar": profile.get("birthday_calendar"),
        "profile.tags": profile.get("tags") or [],
        "profile.has_name": bool(profile.get("name")),
        "profile.has_birthday": bool(profile.get("birthday")),
    }


def _texts(value: Any) -> set[str]:
    """A preference as a set of texts, however it was told."""
    return {str(one).lower() for one in (value if isinstance(value, list) else [value])}


def _consents(standing: Standing) -> dict[str, Any]:
    purposes = ("care", "marketing", "research")
    channels = {f"consent.{one}": {to for purpose, to in standing.consented if purpose == one} for one in purposes}
    return {**channels, "consent.profiling": not standing.profiling_refused}


def _heard(standing: Standing, asked: Iterable[str], now: datetime) -> dict[str, Any]:
    """`heard.*` is known to be false of what was never heard, `days_since.*` is unknown then."""
    today = now.astimezone(standing.zone).date()
    facts: dict[str, Any] = {}
    for name in asked:
        word, _, what = name.partition(".")
        last = standing.heard.get(what)
        if word == "heard":
            facts[name] = last is not None
        elif word == "days_since" and last is not None:
            facts[name] = (today - last.astimezone(standing.zone).date()).days
    return facts
