"""If a playbook's trigger came to a customer now, which occasion would it be? For a dry run: nothing happened.

Interactions and cases: as if the event came at that instant. Transitions: for who stands where they lead, as if it had
just moved there. Calendar, cadence and schedule: the next day planned, which is decided when due.
Worked example: `win_back_high_value` has an occasion for who is dormant or lost, and none for who is active.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from engagement.domain.calendar import CalendarPolicy, CustomerDates
from engagement.domain.occasion import Occasion, occasions_of
from engagement.domain.planned_occasions import planned_occasions
from engagement.domain.playbook import Case, Interaction, Playbook, Transition, Trigger
from engagement.domain.standing import Standing

KEY: Final = "dry-run"


def would_be(
    playbook: Playbook, standing: Standing, dates: CustomerDates, *, calendar: CalendarPolicy, at: datetime
) -> Occasion | None:
    """The first step's occasion; None where no trigger could come to this customer."""
    planned = (one for one in planned_occasions(dates, [playbook], calendar, at) if one.step == 0)
    timed = min(planned, key=lambda one: one.due_at, default=None)
    if timed is not None:
        return timed
    event = next((_event(one) for one in playbook.when if _could_come(one, standing)), None)
    if event is None:
        return None
    facts: dict[str, Any] = {"event": {"source": KEY, "id": KEY, "type": event}, "data": {}}
    if event.startswith("case."):
        facts["case_id"] = KEY
    return next(iter(occasions_of(playbook, customer=standing.customer, key=KEY, at=at, facts=facts)))


def as_heard(standing: Standing, occasion: Occasion) -> Standing:
    """The standing as if the occasion's event had just been heard: an order is the first where none was before."""
    type_ = (occasion.facts.get("event") or {}).get("type", "")
    return replace(standing, first_heard={type_: occasion.at, **standing.first_heard})


def _could_come(trigger: Trigger, standing: Standing) -> bool:
    if not isinstance(trigger, Transition):
        return isinstance(trigger, (Interaction, Case))
    card = standing.shown.card
    return card is not None and _stands(trigger, card)


def _stands(trigger: Transition, card: Mapping[str, Any]) -> bool:
    if trigger.falls_below is not None:
        health = card["care"].get("health")
        return health is not None and health < trigger.falls_below
    value = card.get(trigger.dimension)
    return value is not None and (not trigger.to or str(value).lower() in trigger.to)


def _event(trigger: Trigger) -> str:
    match trigger:
        case Interaction():
            return trigger.type
        case Case():
            return f"case.{trigger.what}"
        case _:
            return "relationship.changed"
