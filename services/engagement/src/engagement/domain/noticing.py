"""Which occasions does an event make? The live playbooks' triggers, indexed by event type.

The key of an occasion is `source/id` of its event, so an event that comes twice makes one. A transition that came with
the turn of a day (cause `time`) happened at that day's first moment, whenever the nightly run came to it: an order of
that day is later than it. Worked example: status active -> dormant, cause time, as_of 20th, told on the 20th at 00:20:
`win_back_high_value` at the 20th 00:00, and five days later its call.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from common.aliases import IDENTITY_FACTS
from common.contracts import care, feedback, interactions, relationships
from common.contracts.relationships import Cause
from common.events import Event, is_from_service
from engagement.domain.condition import facts_of, judge
from engagement.domain.facts import SHOWN, asked_event_type, data_facts
from engagement.domain.occasion import Occasion, occasions_of
from engagement.domain.playbook import Cadence, Case, Interaction, Playbook, Transition, Trigger

SERVICES_ONLY: Final = frozenset(
    {*relationships.DATA, *care.DATA, *feedback.DATA, "customer.erased", *IDENTITY_FACTS}
) - frozenset(interactions.TYPES)
"""Types that are unknown types from a producer (events.md section 3)."""

ALWAYS_HEARD: Final = frozenset({"order.completed", "membership.started", "complaint.made", "customer.erased"})
"""Anniversaries, first orders, the cool-down and erased customers rest on these."""

_ACTION: Final = re.compile(r"act_([1-9][0-9]{0,17})")

DETRACTOR: Final = "detractor"
DETRACTOR_SHARE: Final = 0.6

KEPT: Final = (
    *("order_id", "amount_minor", "currency", "channel", "touchpoint", "reason", "promised_at", "severe"),
    *("rating", "survey", "survey_kind", "wave", "case_id", "complaint_id", "ticket_id", "staff_id", "campaign_id"),
    *("answer_id", "request_id", "survey_version", "url", "expires_at", "language", "reminder", "throttle_exempt"),
    *("cause", "severity", "owner", "contact_due_at", "reopened", "resolution", "promise_kept", "root_cause"),
)
"""What an occasion remembers of its event's data; never identifiers, profiles or a producer's own properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The triggers by event type, and which types must be remembered as heard."""

    triggers: Mapping[str, list[tuple[Playbook, Trigger]]] = field(default_factory=dict)
    heard: frozenset[str] = ALWAYS_HEARD


def watch(playbooks: Iterable[Playbook]) -> Watch:
    """The index of the enabled playbooks."""
    triggers: defaultdict[str, list[tuple[Playbook, Trigger]]] = defaultdict(list)
    heard = set(ALWAYS_HEARD)
    for playbook in playbooks:
        if playbook.enabled:
            heard |= _asked(playbook)
            for trigger in playbook.when:
                for type_ in _types(trigger):
                    triggers[type_].append((playbook, trigger))
    return Watch(triggers=dict(triggers), heard=frozenset(heard))


def _asked(playbook: Playbook) -> set[str]:
    asked = {*playbook.stop_on, *(type_ for step in playbook.steps for type_ in step.unless)}
    asked |= {type_ for trigger in playbook.when if isinstance(trigger, Cadence) for type_ in trigger.since}
    asked |= {type_ for name in facts_of(playbook.conditions) if (type_ := asked_event_type(name))}
    return asked | ({playbook.goal.event} if playbook.goal else set())


def _types(trigger: Trigger) -> tuple[str, ...]:
    match trigger:
        case Transition(falls_below=None):
            return ("relationship.changed",)
        case Transition():
            return ("relationship.changed", "relationship.scored")
        case Interaction():
            return (trigger.type,)
        case Case():
            return (f"case.{trigger.what}",)
        case _:
            return ()


def as_happened(event: Event) -> Event:
    """The event, at the latest at the instant when it was recorded: what lies ahead has not happened yet."""
    if event.recordedtime is None or event.time <= event.recordedtime:
        return event
    return replace(event, time=event.recordedtime)


def may_speak(event: Event) -> bool:
    """Whether the event's type means something from its source."""
    return event.type not in SERVICES_ONLY or is_from_service(event)


def notice(watched: Watch, event: Event, *, zone: ZoneInfo, health_before: float | None = None) -> Iterator[Occasion]:
    """The occasions of one event; `health_before` is the last card's, where a fall of health is watched."""
    answered: set[str] = set()
    for playbook, trigger in watched.triggers.get(event.type, ()):
        if playbook.name not in answered and may_speak(event) and _answers(trigger, event, health_before):
            answered.add(playbook.name)
            yield from occasions_of(
                playbook,
                customer=event.subject,
                key=f"{event.source}/{event.id}",
                at=_instant(event, zone),
                facts=_remembered(event),
            )


def _answers(trigger: Trigger, event: Event, health_before: float | None) -> bool:
    match trigger:
        case Interaction():
            return trigger.data is None or judge(trigger.data, data_facts(event.data)).passes
        case Case():
            fits = not trigger.causes or event.data.get("cause") in trigger.causes
            return fits and trigger.resolution in (None, event.data.get("resolution"))
        case Transition():
            return event.data.get("cause") in trigger.causes and _moved(trigger, event, health_before)
        case _:
            return False


def _moved(trigger: Transition, event: Event, health_before: float | None) -> bool:
    if trigger.falls_below is not None:
        health = card_health(event)
        return health is not None and health_before is not None and health < trigger.falls_below <= health_before
    changes = event.data.get("changes", ())
    return any(change_fits(trigger, one) for one in changes if one["dimension"] == trigger.dimension)


def change_fits(trigger: Transition, change: Mapping[str, Any]) -> bool:
    """Whether a change ({from, to} of the trigger's own dimension) is one that the trigger answers."""
    before, after = _named(change.get("from")), _named(change.get("to"))
    if trigger.worsens:
        order = SHOWN[trigger.dimension]
        if before not in order or after not in order or order.index(after) <= order.index(before):
            return False
    return (not trigger.from_values or before in trigger.from_values) and (not trigger.to or after in trigger.to)


def _named(value: Any) -> str | None:
    """`key_account` moves between flags."""
    return str(value).lower() if isinstance(value, bool) else value


def card_health(event: Event) -> float | None:
    """The health on a card just told."""
    health: float | None = event.data["card"]["care"].get("health")
    return health


def _instant(event: Event, zone: ZoneInfo) -> datetime:
    local = event.time.astimezone(zone)
    by_day = event.type in relationships.DATA and event.data.get("cause") == Cause.TIME
    if by_day and date.fromisoformat(event.data["as_of"]) == local.date():
        return local.replace(hour=0, minute=0, second=0, microsecond=0)
    return event.time


def _remembered(event: Event) -> dict[str, Any]:
    data = {name: event.data[name] for name in KEPT if event.data.get(name) is not None}
    if "changes" in event.data:
        data["changes"] = event.data["changes"]
    facts: dict[str, Any] = {"event": {"source": event.source, "id": event.id, "type": event.type}, "data": data}
    return facts | {name: data[name] for name in ("request_id", "case_id") if name in data}


def named_action(event: Event) -> int | None:
    """9 where the event's data name the action `act_9`."""
    found = _ACTION.fullmatch(str(event.data.get("action_id")))
    return None if found is None else int(found[1])


def is_detractor(event: Event) -> bool:
    """Whether an answer is a detractor's: 0 to 6 of 10 on "would you recommend us"."""
    if event.type != "survey.answered":
        return False
    facts = data_facts(event.data)
    return facts.get("data.rating.kind") == "nps" and facts.get("data.rating.share", 1.0) <= DETRACTOR_SHARE
