"""Which playbooks would answer so many changes of shown dimensions, with how many actions at most, and why not?

Source: scoring-model.md section 8 rule 4, architecture.md: scoring counts the changes that a draft would cause, and
only engagement knows what answers them. At most, because conditions, consents, caps and holdouts are asked of each
customer when it happens. A customer makes one change a dimension, so changes that any trigger answers are added once.
Worked example: 40 customers from active to dormant and a playbook on status to dormant, lost with the causes event and
time: cause time, 40 messages and 40 calls; cause policy, none, `other_causes`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engagement.domain.noticing import change_fits
from engagement.domain.playbook import ActionKind, Playbook, Transition

_HEALTH: Final = "health"


class WhyNot(StrEnum):
    """Why a playbook would stay still."""

    SWITCHED_OFF = "switched_off"
    OTHER_TRIGGERS = "other_triggers"
    OTHER_CAUSES = "other_causes"
    NO_SUCH_CHANGE = "no_such_change"


_WORDS: Final[Mapping[WhyNot, tuple[str, str]]] = {
    WhyNot.SWITCHED_OFF: ("该剧本已停用", "switched off"),
    WhyNot.OTHER_TRIGGERS: ("该剧本不响应关系变化", "no trigger on a change of the relationship"),
    WhyNot.OTHER_CAUSES: ("该剧本不响应此原因引起的变化", "no trigger on changes of this cause"),
    WhyNot.NO_SUCH_CHANGE: ("没有它所响应的变化", "no trigger on any of these changes"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """So many customers would move so in one dimension; health moves between whole points."""

    dimension: str
    before: str | bool | int | None
    after: str | bool | int | None
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`actions` by kind, a customer's every step; both at most. `why_not` is None when it fires."""

    playbook: Playbook
    customers: int
    actions: Mapping[ActionKind, int]
    why_not: WhyNot | None


def forecast(playbook: Playbook, changes: Sequence[Change], *, cause: str) -> Forecast:
    """What one playbook would make of the changes, were each published with this cause."""
    watching = [trigger for trigger in playbook.when if isinstance(trigger, Transition)]
    answering = [trigger for trigger in watching if cause in trigger.causes]
    customers = sum(one.customers for one in changes if any(_fits(trigger, one) for trigger in answering))
    why_not = _why_not(playbook, watching, answering, customers)
    fires = why_not is None
    kinds = Counter(step.kind for step in playbook.steps)
    return Forecast(
        playbook=playbook,
        customers=customers if fires else 0,
        actions={kind: number * customers for kind, number in kinds.items()} if fires else {},
        why_not=why_not,
    )


def in_words(why_not: WhyNot) -> tuple[str, str]:
    """In Chinese and English."""
    return _WORDS[why_not]


def _why_not(
    playbook: Playbook, watching: Iterable[Transition], answering: Iterable[Transition], customers: int
) -> WhyNot | None:
    if not playbook.enabled:
        return WhyNot.SWITCHED_OFF
    if not watching:
        return WhyNot.OTHER_TRIGGERS
    if not answering:
        return WhyNot.OTHER_CAUSES
    return None if customers else WhyNot.NO_SUCH_CHANGE


def _fits(trigger: Transition, change: Change) -> bool:
    if trigger.dimension != change.dimension:
        return False
    if trigger.dimension == _HEALTH:
        return _falls(trigger, change)
    return change_fits(trigger, {"from": change.before, "to": change.after})


def _falls(trigger: Transition, change: Change) -> bool:
    before, after, limit = change.before, change.after, trigger.falls_below
    return isinstance(before, int) and isinstance(after, int) and limit is not None and after < limit <= before
