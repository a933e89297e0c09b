"""What does a playbook answer? The member `when`: one trigger or a list of them, any of which makes an occasion."""

from collections.abc import Callable, Mapping
from typing import Final

from common.contracts.relationships import Cause, Dimension
from engagement.domain.calendar import ANNIVERSARIES
from engagement.domain.condition import Condition
from engagement.domain.condition_reading import read_condition
from engagement.domain.document import Place, one_of
from engagement.domain.facts import EVENT_TYPE, SHOWN
from engagement.domain.festivals import FESTIVALS
from engagement.domain.playbook import (
    Cadence,
    Calendar,
    CalendarEvent,
    Case,
    CaseEvent,
    Interaction,
    Schedule,
    Transition,
    Trigger,
)

HEALTH: Final = "health"
DEFAULT_CAUSES: Final = (Cause.EVENT.value, Cause.TIME.value)
CASE_CAUSES: Final = ("nps", "csat", "ces", "complaint", "review", "staff")
RESOLUTIONS: Final = ("resolved", "cannot_resolve")
MOST_DAYS: Final = 3660


def read_triggers(place: Place) -> tuple[Trigger, ...]:
    """One mapping, or a list of up to eight."""
    return tuple(_trigger(item) for item in (place.items(most=8) if place.is_list else [place]))


def _trigger(place: Place) -> Trigger:
    word, inner = one_of(place, tuple(_READERS))
    return _READERS[word](inner)


def _transition(place: Place) -> Transition:
    told = place.mapping(
        allowed=("dimension", "from", "to", "causes", "worsens", "falls_below"), required=("dimension",)
    )
    dimension = told["dimension"].text(allowed=(*(one.value for one in Dimension), HEALTH))
    causes = told["causes"].texts(allowed=[one.value for one in Cause]) if "causes" in told else DEFAULT_CAUSES
    if (dimension == HEALTH) != ("falls_below" in told):
        raise place.invalid("health falls below a number of points, and only health does", ("falls_below",))
    if dimension == HEALTH:
        place.mapping(allowed=("dimension", "causes", "falls_below"))
        falls_below = told["falls_below"].number(least=0, most=100)
        return Transition(dimension=dimension, causes=causes, falls_below=falls_below)
    values = SHOWN.get(dimension, ("true", "false"))
    worsens = told["worsens"].flag() if "worsens" in told else False
    if worsens and dimension not in SHOWN:
        raise told["worsens"].invalid(f"{dimension} has no order", ("false",))
    return Transition(
        dimension=dimension,
        from_values=_values(told["from"], values) if "from" in told else (),
        to=_values(told["to"], values) if "to" in told else (),
        causes=causes,
        worsens=worsens,
    )


def _values(place: Place, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a dimension; of `key_account` flags, kept as the texts true and false."""
    if "true" not in allowed:
        return place.texts(allowed=allowed)
    return tuple(str(item.flag()).lower() for item in place.items())


def _interaction(place: Place) -> Interaction:
    told = place.mapping(allowed=("type", "data"), required=("type",))
    data: Condition | None = read_condition(told["data"], prefix="data.") if "data" in told else None
    return Interaction(type=told["type"].text(pattern=EVENT_TYPE), data=data)


def _calendar(place: Place) -> Calendar:
    told = place.mapping(allowed=("event", "names", "lead_days", "hour"), required=("event",))
    event = CalendarEvent(told["event"].text(allowed=[one.value for one in CalendarEvent]))
    named = {CalendarEvent.FESTIVAL: tuple(FESTIVALS), CalendarEvent.ANNIVERSARY: tuple(ANNIVERSARIES)}.get(event)
    if (named is not None) != ("names" in told):
        raise place.invalid("festivals and anniversaries have `names`, the other events have none", named or ())
    return Calendar(
        event=event,
        names=told["names"].texts(allowed=named) if named else (),
        lead_days=told["lead_days"].integer(least=0, most=40) if "lead_days" in told else 0,
        hour=_hour(told),
    )


def _cadence(place: Place) -> Cadence:
    told = place.mapping(allowed=("since", "days", "hour"), required=("since", "days"))
    days = told["days"].mapping(allowed=("tier", "stage"))
    if not days:
        raise told["days"].invalid("must name days by tier, stage or both", ("tier", "stage"))
    return Cadence(
        since=told["since"].texts(pattern=EVENT_TYPE),
        days_by_tier=_days(days["tier"], SHOWN["tier"]) if "tier" in days else {},
        days_by_stage=_days(days["stage"], SHOWN["stage"]) if "stage" in days else {},
        hour=_hour(told),
    )


def _days(place: Place, allowed: tuple[str, ...]) -> Mapping[str, int]:
    return {name: inner.integer(least=1, most=MOST_DAYS) for name, inner in place.mapping(allowed=allowed).items()}


def _case(place: Place) -> Case:
    told = place.mapping(allowed=("what", "causes", "resolution"), required=("what",))
    what = CaseEvent(told["what"].text(allowed=[one.value for one in CaseEvent]))
    if "resolution" in told and what is not CaseEvent.CLOSED:
        raise told["resolution"].invalid("only a closed case has a resolution")
    return Case(
        what=what,
        causes=told["causes"].texts(allowed=CASE_CAUSES) if "causes" in told else (),
        resolution=told["resolution"].text(allowed=RESOLUTIONS) if "resolution" in told else None,
    )


def _schedule(place: Place) -> Schedule:
    told = place.mapping(allowed=("day_of_month", "weekday", "hour"))
    if "day_of_month" in told and "weekday" in told:
        raise place.invalid("is by day of the month or by weekday, not both")
    return Schedule(
        day_of_month=told["day_of_month"].integer(least=1, most=28) if "day_of_month" in told else None,
        weekday=told["weekday"].integer(least=1, most=7) if "weekday" in told else None,
        hour=_hour(told),
    )


def _hour(told: Mapping[str, Place]) -> int:
    return told["hour"].integer(least=0, most=23) if "hour" in told else 10


_READERS: Final[Mapping[str, Callable[[Place], Trigger]]] = {
    "transition": _transition,
    "interaction": _interaction,
    "calendar": _calendar,
    "cadence": _cadence,
    "case": _case,
    "schedule": _schedule,
}
