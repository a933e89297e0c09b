"""Was anybody contacted against consent, caps or quiet hours? Counted anew from a journal, by no rule of the system.

The journal holds, in the order in which they took effect, every statement about consent and every message that went
out. The numbers here are those of care-model.md section 3, written down a second time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chaos.deciders_world import Person

LIMITS = (
    ("a day", ("care", "marketing", "research"), 1, 1),
    ("marketing in 7 days", ("marketing",), 7, 2),
    ("marketing in 30 days", ("marketing",), 30, 6),
    ("care in 3 days", ("care",), 3, 1),
    ("research in 14 days", ("research",), 14, 1),
    ("service a day", ("service",), 1, 3),
)
"""Name, purposes, days, most."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An id granted or took back a purpose on a channel (or `*`)."""

    seq: int
    id: str
    purpose: str
    channel: str
    granted: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message was decided (`sent` False) or went out."""

    seq: int
    action: int
    id: str
    purpose: str
    channel: str
    at: datetime
    sent: bool


def violations(everybody: Sequence[Person], statements: Iterable[Statement], messages: Iterable[Sent]) -> list[str]:
    """Everything that is wrong, in words."""
    said = defaultdict(list)
    for statement in statements:
        said[statement.id].append(statement)
    told = defaultdict(list)
    for message in messages:
        told[message.id].append(message)
    wrong = []
    for person in everybody:
        mine = sorted((one for id_ in person.ids for one in told[id_]), key=lambda one: one.seq)
        wrong += [f"{one} without consent" for one in mine if not _consented(person, said, one)]
        wrong += [f"{one} in quiet hours" for one in mine if _is_quiet(one.at.astimezone(ZoneInfo(person.zone)).time())]
        wrong += _too_many(person, [one for one in mine if one.sent])
    return wrong


def _is_quiet(wall: time) -> bool:
    return wall.hour >= 21 or wall.hour < 9


def _consented(person: Person, said: Mapping[str, list[Statement]], message: Sent) -> bool:
    """Each id's last word counts; a refusal stands until somebody grants after it (all links are older)."""
    if message.purpose == "service":
        return True
    grants: list[datetime] = []
    refusals: list[datetime] = []
    for id_ in person.ids:
        words = [
            one
            for one in said[id_]
            if one.seq < message.seq and one.purpose == message.purpose and one.channel in (message.channel, "*")
        ]
        if words:
            last = max(words, key=lambda one: one.at)
            (grants if last.granted else refusals).append(last.at)
    return bool(grants) and all(any(grant > refusal for grant in grants) for refusal in refusals)


def _too_many(person: Person, sent: Sequence[Sent]) -> list[str]:
    zone = ZoneInfo(person.zone)
    days = [(one.at.astimezone(zone).date(), one) for one in sent]
    wrong = [
        f"{person.ids[0]}: {name} exceeded from {first}"
        for name, purposes, width, most in LIMITS
        for first in _overfull([day for day, one in days if one.purpose in purposes], width, most)
    ]
    for channel in {one.channel for one in sent}:
        own = [day for day, one in days if one.purpose == "marketing" and one.channel == channel]
        wrong += [
            f"{person.ids[0]}: marketing by {channel} twice in 7 days from {first}" for first in _overfull(own, 7, 1)
        ]
    if len({one.action for one in sent}) != len(sent):
        wrong.append(f"{person.ids[0]}: something went out twice")
    return wrong


def _overfull(days: Sequence[date], width: int, most: int) -> list[date]:
    """The first days of windows of `width` days with more than `most` contacts."""
    ends = timedelta(days=width)
    return [first for first in sorted(set(days)) if sum(first <= day < first + ends for day in days) > most]
