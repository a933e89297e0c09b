"""How much contact is too much? Counts per window of days, over all of a customer's ids (care-model.md check 9).

A window of N days is the send's local day and the N-1 days before and after it. A birthday reserves its day some days
ahead and is exempt from cap_care_3d. Service counts for nothing and is held to so many messages a day.
Worked example: two marketing messages on the 1st and the 4th; `max: 2, days: 7` refuses a third up to the 7th, and
allows it on the 8th, when the 1st lies outside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engagement.domain.playbook import ActionKind, Purpose
from engagement.domain.reasons import Reason

COUNTED_TASKS: Final = frozenset({"call", "visit", "return_visit", "gift"})
"""The task kinds that are contacts; the others neither count nor are capped."""

COUNTED_STATES: Final = ("decided", "waiting", "sending", "awaiting_staff", "sent", "unknown", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `max` contacts of some purposes within a window of `days`.

    `channels`: only contacts on these (empty: on any); `per_channel`: those on the asked channel alone.
    """

    code: Reason
    purposes: frozenset[Purpose]
    max: int
    days: int
    channels: frozenset[str] = frozenset()
    per_channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact: made, under way, or asked for. `on`: its local day, planned, then actual."""

    occasion: int | None
    purpose: Purpose
    kind: ActionKind
    channel: str | None
    on: date
    task_kind: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is contact pressure at all."""
        if self.purpose is Purpose.SERVICE:
            return False
        return self.kind is not ActionKind.TASK or self.task_kind in COUNTED_TASKS


BIRTHDAY: Final = frozenset({Reason.CAP_CARE_3D})
"""What a birthday greeting need not keep."""

INVITED_AGAIN: Final = frozenset({Reason.CAP_RESEARCH_14D})
"""What reminders, and invitations that feedback's throttle exempts, need not keep."""


def refused_by(
    asked: Contact,
    *,
    caps: Iterable[Cap],
    service_per_day: int,
    used: Sequence[Contact],
    reserved: Iterable[date] = (),
    reserve_days: int = 0,
    exempt: frozenset[Reason] = frozenset(),
) -> Reason | None:
    """The first cap that has no room for one more contact; `used` may hold the asked one, which is left out.

    `reserved`: local days of birthdays to come, which count from `reserve_days` before.
    """
    others = [one for one in used if one.occasion is None or one.occasion != asked.occasion]
    if asked.purpose is Purpose.SERVICE:
        return _refused_service(asked, others, service_per_day)
    if not asked.counts:
        return None
    kept = [day for day in reserved if 0 <= (day - asked.on).days <= reserve_days]
    for cap in caps:
        if cap.code not in exempt and _applies(cap, asked) and _left(cap, asked, others, kept) <= 0:
            return cap.code
    return None


def _refused_service(asked: Contact, others: Iterable[Contact], per_day: int) -> Reason | None:
    if asked.kind is ActionKind.TASK:
        return None
    same = [one for one in others if one.purpose is Purpose.SERVICE and one.kind is not ActionKind.TASK]
    return Reason.CAP_DAY if sum(one.on == asked.on for one in same) >= per_day else None


def _applies(cap: Cap, asked: Contact) -> bool:
    if asked.purpose not in cap.purposes or (cap.channels and asked.channel not in cap.channels):
        return False
    return not cap.per_channel or asked.channel is not None


def _left(cap: Cap, asked: Contact, others: Iterable[Contact], reserved: Iterable[date]) -> int:
    taken = sum(
        abs((one.on - asked.on).days) < cap.days
        for one in others
        if one.purpose in cap.purposes
        and one.counts
        and (not cap.channels or one.channel in cap.channels)
        and (not cap.per_channel or one.channel == asked.channel)
    )
    if Purpose.CARE in cap.purposes and not (cap.channels or cap.per_channel):
        taken += sum(abs((day - asked.on).days) < cap.days for day in reserved)
    return cap.max - taken


def left_by(
    asked: Contact,
    *,
    caps: Iterable[Cap],
    used: Sequence[Contact],
    reserved: Iterable[date] = (),
    reserve_days: int = 0,
) -> int | None:
    """How many more contacts like `asked` the caps have room for on its day; None when no cap applies."""
    kept = [day for day in reserved if 0 <= (day - asked.on).days <= reserve_days]
    rooms = [max(_left(cap, asked, used, kept), 0) for cap in caps if _applies(cap, asked)]
    return min(rooms, default=None)
