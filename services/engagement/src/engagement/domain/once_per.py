"""Has this been done already? Earlier occasions of the same playbook, over all its versions and the customer's ids.

Source: care-model.md section 10. send and hold_out count by occasion time; what failed, was cancelled or expired frees
its occasion. Of two rows of one occasion (two ids that became one customer) the smaller id stays.
Worked example: `days: 180` after an occasion of 1 March refuses up to 27 August and allows 28 August, 180 days later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engagement.domain.occasion import Occasion
from engagement.domain.playbook import OncePer, Per
from engagement.domain.reasons import Answer, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Another occasion of the same playbook. `answer`: its last decision, None while it waits for one.

    `freed`: its action failed, was cancelled or expired. `gone_out`: it was sent, or may have been.
    """

    occasion: int
    playbook: str
    step: int
    key: str
    at: datetime
    answer: Answer | None
    reason: str | None = None
    freed: bool = False
    gone_out: bool = False
    experiment: str | None = None
    arm: str | None = None

    @property
    def done(self) -> bool:
        return self.answer in (Answer.SEND, Answer.HOLD_OUT) and not self.freed


def already_done(occasion: Occasion, *, once_per: OncePer, earlier: Iterable[Earlier], zone: ZoneInfo) -> bool:
    """Whether an occasion comes too soon after another one that counts.

    Only a playbook's first step keeps the period; the later ones are done with it.
    """
    others = [one for one in earlier if one.playbook == occasion.playbook and one.occasion != occasion.id]
    if any(_is_the_same(one, occasion) for one in others):
        return True
    if occasion.step > 0:
        return any(_covers(one, occasion) for one in others)
    return any(one.done and one.step == 0 and _within(one.at, occasion.at, once_per, zone) for one in others)


def is_duplicate(occasion: Occasion, earlier: Iterable[Earlier]) -> bool:
    """Whether another id's action for the same thing went out or, having the smaller id, stays."""
    return any(
        one.gone_out or (one.done and one.occasion < (occasion.id or 0))
        for one in earlier
        if one.occasion != occasion.id
        and (one.playbook, one.step, one.key) == (occasion.playbook, occasion.step, occasion.key)
    )


def _is_the_same(one: Earlier, occasion: Occasion) -> bool:
    if one.step != occasion.step or one.key != occasion.key:
        return False
    waits = one.answer in (None, Answer.DEFER)
    return one.done or (waits and occasion.id is not None and one.occasion < occasion.id)


def _covers(one: Earlier, occasion: Occasion) -> bool:
    """Whether it is the first step of the same occasion, which once_per refused."""
    return one.step == 0 and one.key == occasion.key and one.reason == Reason.ALREADY_DONE


def _within(one: datetime, other: datetime, once_per: OncePer, zone: ZoneInfo) -> bool:
    first, second = one.astimezone(zone).date(), other.astimezone(zone).date()
    if once_per.days is not None:
        return abs((second - first).days) < once_per.days
    return once_per.per is Per.EVER or (once_per.per is Per.YEAR and first.year == second.year)
