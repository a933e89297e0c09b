"""What changes when the arbiter has spoken? The standing of the customer, so that the next occasion sees it.

Worked example: two win-backs are due at once; the first is sent and counts, so the second finds the day's cap used up.
"""

from dataclasses import dataclass
from datetime import datetime

from engagement.domain.arbiter import Decision, decide
from engagement.domain.candidate import Rules, step_of
from engagement.domain.caps import Contact
from engagement.domain.occasion import Occasion
from engagement.domain.once_per import Earlier
from engagement.domain.playbook import Playbook, Step
from engagement.domain.reasons import Answer
from engagement.domain.standing import Standing
from engagement.domain.validity import Kin


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A decision with its step, and the standing of the customer after it."""

    occasion: Occasion
    step: Step
    decision: Decision
    standing: Standing


def answer(
    occasion: Occasion, playbook: Playbook, standing: Standing, rules: Rules, now: datetime, *, arm: str | None = None
) -> Answered:
    """Decide, and let the answer count: for once_per, and when it is sent for caps, families and the day's load."""
    step = step_of(playbook, occasion.step)
    decision = decide(occasion, playbook, standing, rules, now, arm=arm)
    earlier = Earlier(
        occasion=occasion.id or 0,
        playbook=occasion.playbook,
        step=occasion.step,
        key=occasion.key,
        at=occasion.at,
        answer=decision.answer,
        reason=decision.reason,
        experiment=decision.experiment,
        arm=decision.arm or arm,
    )
    if decision.answer is not Answer.SEND:
        return Answered(occasion=occasion, step=step, decision=decision, standing=standing.after(earlier, None, None))
    rules.load.take(channel=decision.channel, task_kind=step.task_kind)
    contact = Contact(
        occasion=occasion.id,
        purpose=playbook.purpose,
        kind=step.kind,
        channel=decision.channel,
        on=now.astimezone(standing.zone).date(),
        task_kind=step.task_kind,
    )
    after = standing.after(earlier, contact, _kin(occasion, playbook))
    return Answered(occasion=occasion, step=step, decision=decision, standing=after)


def _kin(occasion: Occasion, playbook: Playbook) -> Kin | None:
    if playbook.family is None:
        return None
    return Kin(
        occasion=occasion.id or 0,
        playbook=playbook.name,
        family=playbook.family,
        priority=playbook.priority,
        due_at=occasion.due_at,
        valid_until=occasion.valid_until,
    )
