"""Is this text a playbook? YAML to a Playbook; anything unknown is refused with its line and what is allowed.

The members are those of care-model.md section 2; the conditions are read by condition_reading.py and what a playbook
answers (`when`) by trigger_reading.py.
"""

from datetime import timedelta
from typing import Final

from engagement.domain.condition import All
from engagement.domain.condition_reading import read_condition
from engagement.domain.document import Place, one_of, read_document
from engagement.domain.facts import CONSENT_CHANNELS, EVENT_TYPE
from engagement.domain.playbook import ActionKind, Calendar, Goal, OncePer, Per, Playbook, Purpose, Step, Tone
from engagement.domain.trigger_reading import read_triggers

NAME: Final = r"[a-z][a-z0-9_]{0,63}"
MOST_STEPS: Final = 10
LONGEST: Final = timedelta(days=400)
REQUIRED: Final = ("name", "purpose", "priority", "when", "do", "valid_for")
MEMBERS: Final = (
    *REQUIRED,
    *("for", "once_per", "holdout", "family", "tone", "neutral", "epoch", "goal", "stop_on"),
    *("dated", "safety", "enabled"),
)
DOING: Final = (ActionKind.MESSAGE.value, ActionKind.TASK.value, ActionKind.SURVEY_REQUEST.value)
"""What can be carried out; benefits and community posts are refused until something can."""

TASK_KINDS: Final = ("call", "visit", "return_visit", "gift", "reply", "advice", "review_meeting")
DUE_WITHIN: Final = timedelta(days=3)


def read_playbook(text: str, file: str, *, version: int = 0) -> Playbook:
    """The playbook that a document states. Raises DocumentInvalid."""
    root = read_document(text, file)
    told = root.mapping(allowed=MEMBERS, required=REQUIRED)
    purpose = Purpose(told["purpose"].text(allowed=[one.value for one in Purpose]))
    name = told["name"].text(pattern=NAME)
    family = told["family"].text(pattern=NAME) if "family" in told else None
    when = read_triggers(told["when"])
    return Playbook(
        name=name,
        version=version,
        purpose=purpose,
        priority=told["priority"].integer(least=0, most=100),
        when=when,
        conditions=read_condition(told["for"]) if "for" in told else All(),
        steps=_steps(told["do"], family or name),
        valid_for=_duration(told["valid_for"]),
        once_per=_once_per(told["once_per"]) if "once_per" in told else OncePer(per=Per.OCCASION),
        holdout=_holdout(told["holdout"], purpose) if "holdout" in told else 0.0,
        family=family,
        tone=Tone(told["tone"].text(allowed=[one.value for one in Tone])) if "tone" in told else Tone.PLAIN,
        neutral_template=_template(told["neutral"]) if "neutral" in told else None,
        epoch=told["epoch"].integer(least=1, most=1_000_000) if "epoch" in told else 1,
        goal=_goal(told["goal"]) if "goal" in told else None,
        stop_on=told["stop_on"].texts(pattern=EVENT_TYPE) if "stop_on" in told else (),
        dated=told["dated"].flag() if "dated" in told else all(isinstance(one, Calendar) for one in when),
        safety=_safety(told["safety"], purpose) if "safety" in told else False,
        enabled=told["enabled"].flag() if "enabled" in told else True,
    )


def _steps(place: Place, task_stem: str) -> tuple[Step, ...]:
    return tuple(_step(at, item, task_stem) for at, item in enumerate(place.items(most=MOST_STEPS)))


def _step(index: int, place: Place, task_stem: str) -> Step:
    told = place.mapping(allowed=("after", "unless", *DOING))
    doing = [name for name in told if name in DOING]
    if len(doing) != 1:
        raise place.invalid("must name exactly one thing to do", DOING)
    kind = ActionKind(doing[0])
    after = told["after"].duration() if "after" in told else timedelta()
    if after > LONGEST:
        raise told["after"].invalid(f"must be at most {LONGEST.days}d")
    unless = told["unless"].texts(pattern=EVENT_TYPE) if "unless" in told else ()
    if kind is ActionKind.TASK:
        return _task(index, after, unless, told[kind.value], task_stem)
    way = told[kind.value].mapping(allowed=("template", "channels"), required=("template", "channels"))
    return Step(
        index=index,
        kind=kind,
        after=after,
        unless=unless,
        template=way["template"].text(pattern=NAME),
        channels=way["channels"].texts(allowed=CONSENT_CHANNELS),
    )


def _task(index: int, after: timedelta, unless: tuple[str, ...], place: Place, stem: str) -> Step:
    told = place.mapping(allowed=("kind", "role", "template", "due_within"), required=("kind", "role"))
    kind = told["kind"].text(allowed=TASK_KINDS)
    return Step(
        index=index,
        kind=ActionKind.TASK,
        after=after,
        unless=unless,
        template=told["template"].text(pattern=NAME) if "template" in told else f"{stem}_{kind}",
        task_kind=kind,
        role=told["role"].text(pattern=NAME),
        due_within=_duration(told["due_within"]) if "due_within" in told else DUE_WITHIN,
    )


def _duration(place: Place) -> timedelta:
    found = place.duration()
    if not timedelta() < found <= LONGEST:
        raise place.invalid(f"must be more than 0 and at most {LONGEST.days}d")
    return found


def _once_per(place: Place) -> OncePer:
    word, inner = one_of(place, ("days", "per"))
    if word == "days":
        return OncePer(days=inner.integer(least=1, most=3660))
    return OncePer(per=Per(inner.text(allowed=[one.value for one in Per])))


def _holdout(place: Place, purpose: Purpose) -> float:
    share = place.share(most=0.5)
    if share > 0 and purpose is Purpose.SERVICE:
        raise place.invalid("purpose service takes no holdout: it is what the customer needs", ("0%",))
    return share


def _template(place: Place) -> str:
    return place.mapping(allowed=("template",), required=("template",))["template"].text(pattern=NAME)


def _goal(place: Place) -> Goal:
    told = place.mapping(allowed=("event", "within"), required=("event", "within"))
    return Goal(event=told["event"].text(pattern=EVENT_TYPE), within=_duration(told["within"]))


def _safety(place: Place, purpose: Purpose) -> bool:
    safety = place.flag()
    if safety and purpose is not Purpose.SERVICE:
        raise place.invalid("only purpose service can be a matter of safety", ("false",))
    return safety
