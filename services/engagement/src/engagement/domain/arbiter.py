"""Who is contacted, when, how, and if not, why? The one place where care is decided: eleven checks in their order.

Source: care-model.md sections 3 and 10; the first check that answers wins. 1 to 7 and 9 skip, 8 holds out, 10 and 11
defer; what would be deferred beyond its validity is skipped as expired.
Worked example: dormant since today, `[wecom, sms]`, marketing granted, no contact this week, 14:00: send by wecom; at
22:00: defer, `quiet_hours`, until 09:00; with an order since: skip, `stopped`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engagement.domain.candidate import Candidate, Rules, channels_of, step_of
from engagement.domain.channel_choice import first_passing, has_room, may_use, refusals, template_of
from engagement.domain.cool_down import blocked
from engagement.domain.customer_facts import judge_for
from engagement.domain.holdout import Arm, arm_of, global_experiment
from engagement.domain.occasion import Occasion
from engagement.domain.once_per import already_done, is_duplicate
from engagement.domain.playbook import Playbook, Purpose
from engagement.domain.reasons import CHANNEL_REASONS, Answer, Reason
from engagement.domain.standing import Standing
from engagement.domain.validity import no_longer_wanted
from engagement.domain.waits import wait_for, wait_for_capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`until` of a defer; `channel` and `template` of a send; `experiment` and `arm` once assigned.

    `detail`: the names of the facts that were unknown, or what each of several channels said.
    """

    answer: Answer
    reason: Reason | None = None
    until: datetime | None = None
    channel: str | None = None
    template: str | None = None
    experiment: str | None = None
    arm: str | None = None
    detail: str | None = None


def decide(
    occasion: Occasion, playbook: Playbook, standing: Standing, rules: Rules, now: datetime, *, arm: str | None = None
) -> Decision:
    """The answer for an occasion. `arm`: as an earlier decision of this occasion stored it."""
    channels = channels_of(step_of(playbook, occasion.step), playbook.purpose)
    case = _candidate(occasion, playbook, standing, rules, now, channels)
    reason = _not_wanted(case) or _done(case) or first_passing(case, may_use)[1] or _not_the_moment(case)
    if reason is not None:
        experiment, detail = playbook.experiment if arm else None, _detail(case, reason)
        return Decision(answer=Answer.SKIP, reason=reason, detail=detail, arm=arm, experiment=experiment)
    experiment, arm = _assign(case, arm)
    if arm == Arm.CONTROL:
        return Decision(answer=Answer.HOLD_OUT, experiment=experiment, arm=arm)
    return _when_and_how(case, experiment, arm, planned=False)


def recheck(
    occasion: Occasion,
    playbook: Playbook,
    standing: Standing,
    rules: Rules,
    now: datetime,
    *,
    channels: Sequence[str | None],
) -> Decision:
    """The answer for an action that is about to go out: every check again but once_per, holdout and capacity.

    `channels`: those that have not refused it, the chosen one first.
    """
    case = _candidate(occasion, playbook, standing, rules, now, channels)
    reason = _still_right(case)
    return Decision(answer=Answer.SKIP, reason=reason) if reason else _when_and_how(case, None, None, planned=True)


def review(
    occasion: Occasion,
    playbook: Playbook,
    standing: Standing,
    rules: Rules,
    now: datetime,
    *,
    channels: Sequence[str | None],
) -> Decision:
    """The answer for an action that waits, when something was heard of its customer: checks 1, 2 and 4 to 7."""
    case = _candidate(occasion, playbook, standing, rules, now, channels)
    if reason := _still_right(case):
        return Decision(answer=Answer.SKIP, reason=reason)
    return Decision(answer=Answer.SEND, channel=first_passing(case, may_use)[0], template=template_of(case))


def _candidate(
    occasion: Occasion,
    playbook: Playbook,
    standing: Standing,
    rules: Rules,
    now: datetime,
    channels: Sequence[str | None],
) -> Candidate:
    step = step_of(playbook, occasion.step)
    return Candidate(
        occasion=occasion, playbook=playbook, step=step, standing=standing, rules=rules, now=now, channels=channels
    )


def _still_right(case: Candidate) -> Reason | None:
    if not case.channels:
        return Reason.REJECTED
    if reason := _not_wanted(case):
        return reason
    if is_duplicate(case.occasion, case.standing.earlier.values()):
        return Reason.ALREADY_DONE
    return first_passing(case, may_use)[1] or _not_the_moment(case)


def _not_wanted(case: Candidate) -> Reason | None:
    """Checks 1 and 2, and whether the playbook is for this customer at all.

    Where an open case would have the last word anyway, it is the reason, also for playbooks that ask for it themselves.
    """
    if case.standing.barred:
        return Reason.SUPPRESSED
    heard, kin = case.standing.heard, case.standing.kin
    ended = no_longer_wanted(case.occasion, playbook=case.playbook, step=case.step, heard=heard, kin=kin, now=case.now)
    if ended is not None:
        return ended
    holds = judge_for(case.occasion, case.playbook, case.standing, case.now).holds
    if holds:
        return None
    if _not_the_moment(case) is Reason.OPEN_CASE:
        return Reason.OPEN_CASE
    return Reason.UNKNOWN_FACTS if holds is None else Reason.NOT_FOR


def _detail(case: Candidate, reason: Reason) -> str | None:
    """Which facts made the conditions unknown, or what each channel said."""
    if reason is Reason.UNKNOWN_FACTS:
        return ", ".join(judge_for(case.occasion, case.playbook, case.standing, case.now).unknown)
    return refusals(case, may_use) if reason in CHANNEL_REASONS else None


def _done(case: Candidate) -> Reason | None:
    """Check 3."""
    zone, earlier = case.standing.zone, case.standing.earlier.values()
    done = already_done(case.occasion, once_per=case.playbook.once_per, earlier=earlier, zone=zone)
    return Reason.ALREADY_DONE if done else None


def _not_the_moment(case: Candidate) -> Reason | None:
    """Checks 6 and 7. The fair-offer guard has its place here: no action of this version makes an offer."""
    return blocked(
        purpose=case.playbook.purpose,
        tone=case.playbook.tone,
        serves_case=case.occasion.facts.get("case_id") is not None,
        open_case=case.standing.open_case,
        heard=case.standing.heard,
        cool_down=case.rules.contact.cool_down,
        now=case.now,
    )


def _assign(case: Candidate, arm: str | None) -> tuple[str | None, str | None]:
    """Check 8: (experiment, arm). The arm of the occasion, else of the oldest one of the experiment, stands."""
    playbook, customer, contact = case.playbook, case.standing.customer, case.rules.contact
    if playbook.purpose is Purpose.SERVICE:
        return None, None
    if playbook.purpose is Purpose.MARKETING and contact.global_control > 0:
        experiment = global_experiment(case.now.astimezone(case.rules.zone).date())
        if arm_of(experiment, customer, share=contact.global_control) is Arm.CONTROL:
            return experiment, Arm.CONTROL
    if playbook.holdout <= 0:
        return None, None
    earlier = case.standing.earlier.values()
    stored = [one for one in earlier if one.experiment == playbook.experiment and one.arm is not None]
    if arm is None and stored:
        arm = min(stored, key=lambda one: one.occasion).arm
    return playbook.experiment, arm or arm_of(playbook.experiment, customer, share=playbook.holdout)


def _when_and_how(case: Candidate, experiment: str | None, arm: str | None, *, planned: bool) -> Decision:
    """Checks 9 to 11. `planned`: the action has its place in the day's load already."""
    channel, reason = first_passing(case, has_room)
    if reason is not None:
        detail = refusals(case, has_room)
        return Decision(answer=Answer.SKIP, reason=reason, detail=detail, experiment=experiment, arm=arm)
    wait = wait_for(case) or (None if planned else wait_for_capacity(case, channel))
    if wait is None:
        template = template_of(case)
        return Decision(answer=Answer.SEND, channel=channel, template=template, experiment=experiment, arm=arm)
    reason, until = wait
    if reason is Reason.MOURNING_DAY and case.playbook.dated:
        return Decision(answer=Answer.SKIP, reason=reason, experiment=experiment, arm=arm)
    if until > case.occasion.valid_until:
        return Decision(answer=Answer.SKIP, reason=Reason.EXPIRED, experiment=experiment, arm=arm)
    return Decision(answer=Answer.DEFER, reason=reason, until=until, experiment=experiment, arm=arm)
