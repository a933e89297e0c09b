"""What does a test of the arbiter need? A playbook, an occasion, a customer, the shipped rules; one thing changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engagement.domain.calendar import CalendarPolicy
from engagement.domain.candidate import Rules
from engagement.domain.caps import Contact
from engagement.domain.condition import All
from engagement.domain.contact_policy import ContactPolicy
from engagement.domain.occasion import Occasion
from engagement.domain.once_per import Earlier
from engagement.domain.playbook import ActionKind, Playbook, Purpose, Step
from engagement.domain.reasons import Answer
from engagement.domain.standing import Standing

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Friday 20 November 2026, 12:00 in Shanghai: neither quiet nor mourning, and a work day."""

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
CHANNELS = ("wecom", "sms", "email")


def step(index: int = 0, **changes: Any) -> Step:
    """A message by wecom, sms or email."""
    made = Step(index=index, kind=ActionKind.MESSAGE, after=timedelta(), unless=(), template="hello", channels=CHANNELS)
    return replace(made, **changes)


def task(task_kind: str, index: int = 0) -> Step:
    """A task for an advisor."""
    return step(index, kind=ActionKind.TASK, channels=(), task_kind=task_kind, role="advisor")


def playbook(purpose: Purpose = Purpose.MARKETING, *steps: Step, **changes: Any) -> Playbook:
    """For everybody, priority 50, valid for two days, nobody held out."""
    made = Playbook(
        name="hello",
        version=1,
        purpose=purpose,
        priority=50,
        when=(),
        conditions=All(),
        steps=steps or (step(),),
        valid_for=2 * DAY,
    )
    return replace(made, **changes)


def occasion(id_: int = 9, **changes: Any) -> Occasion:
    """Of today noon, due at once, valid for two days."""
    made = Occasion(
        id=id_,
        playbook="hello",
        version=1,
        step=0,
        customer="ann",
        key="k",
        at=NOON,
        due_at=NOON,
        valid_until=NOON + 2 * DAY,
        facts={},
    )
    return replace(made, **changes)


def standing(**changes: Any) -> Standing:
    """A customer who allows everything on every channel and can be reached on each."""
    made = Standing(
        customer="ann",
        zone=SHANGHAI,
        consented={(purpose, channel) for purpose in Purpose for channel in (*CHANNELS, "wechat", "phone")},
        addresses={"email", "phone", "wecom", "openid"},
    )
    return replace(made, **changes)


def rules(**changes: Any) -> Rules:
    """The shipped ones, with changes of contact.yaml."""
    return Rules(contact=replace(ContactPolicy(), **changes), calendar=CalendarPolicy(), zone=SHANGHAI)


def contact(purpose: Purpose = Purpose.MARKETING, days: int = 0, *, channel: str = "email", id_: int = 1) -> Contact:
    """A message on some day from today."""
    return Contact(
        occasion=id_, purpose=purpose, kind=ActionKind.MESSAGE, channel=channel, on=TODAY + timedelta(days=days)
    )


def earlier(id_: int = 1, days: int = -1, answer: Answer | None = Answer.SEND, **changes: Any) -> Earlier:
    """Another occasion of the same playbook some days from today, with a key of its own."""
    made = Earlier(occasion=id_, playbook="hello", step=0, key=f"k{id_}", at=NOON + timedelta(days=days), answer=answer)
    return replace(made, **changes)
