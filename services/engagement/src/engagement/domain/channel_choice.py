"""By which channel? Checks 4, 5 and 9 run per channel in the playbook's order (care-model.md sections 3 and 10).

The first channel that passes all three is chosen; when none does, the reason is the first channel's.
Worked example: [wecom, sms], no wecom id known, marketing granted on both: sms. With neither: `unreachable`.
"""

from collections.abc import Callable

from engagement.domain import caps
from engagement.domain.candidate import Candidate, is_birthday
from engagement.domain.caps import Contact
from engagement.domain.playbook import Purpose
from engagement.domain.reachability import unreachable
from engagement.domain.reasons import Reason

Check = Callable[[Candidate, str | None], Reason | None]


def first_passing(case: Candidate, check: Check) -> tuple[str | None, Reason | None]:
    """(the first channel that passes, None), or (None, the first channel's reason)."""
    first = None
    for channel in case.channels:
        reason = check(case, channel)
        if reason is None:
            return channel, None
        first = first or reason
    return None, first or Reason.UNREACHABLE


def refusals(case: Candidate, check: Check) -> str | None:
    """What each channel says, where there are several: `wecom: unreachable, sms: cap_day`."""
    told = [f"{channel}: {reason}" for channel in case.channels if (reason := check(case, channel)) is not None]
    return ", ".join(told) if len(told) > 1 else None


def may_use(case: Candidate, channel: str | None) -> Reason | None:
    """Checks 4 and 5: consent, the neutral variant, a way to the customer."""
    if case.playbook.purpose is not Purpose.SERVICE:
        if not _consented(case, channel):
            return Reason.NO_CONSENT
        if case.standing.profiling_refused and case.playbook.neutral_template is None:
            return Reason.PROFILING_REFUSED
    if channel is None:
        return None
    return unreachable(
        channel,
        by_staff=case.is_task,
        addresses=case.standing.addresses,
        channels=case.rules.contact.channels,
        credits_left=case.standing.credits_left,
    )


def has_room(case: Candidate, channel: str | None) -> Reason | None:
    """Checks 4, 5 and 9."""
    return may_use(case, channel) or caps.refused_by(
        Contact(
            occasion=case.occasion.id,
            purpose=case.playbook.purpose,
            kind=case.step.kind,
            channel=channel,
            on=case.today,
            task_kind=case.step.task_kind,
        ),
        caps=case.rules.contact.caps,
        service_per_day=case.rules.contact.service_per_day,
        used=case.standing.used,
        reserved=[day for occasion, day in case.standing.birthdays if occasion != case.occasion.id],
        reserve_days=case.rules.contact.birthday_reserve_days,
        exempt=_exempt(case),
    )


def template_of(case: Candidate) -> str:
    """The neutral variant for those who refuse profiling, else the step's own text."""
    if case.standing.profiling_refused and case.playbook.purpose is not Purpose.SERVICE:
        return case.playbook.neutral_template or case.step.template
    return case.step.template


def _consented(case: Candidate, channel: str | None) -> bool:
    """A visit or a gift needs the purpose on any channel; a reply is no contact of ours."""
    purpose = case.playbook.purpose
    if channel is not None:
        return (purpose, channel) in case.standing.consented
    if case.step.task_kind not in caps.COUNTED_TASKS:
        return True
    return any(one == purpose for one, _ in case.standing.consented)


def _exempt(case: Candidate) -> frozenset[Reason]:
    data = case.occasion.facts.get("data") or {}
    if data.get("reminder") or data.get("throttle_exempt"):
        return caps.INVITED_AGAIN
    return caps.BIRTHDAY if is_birthday(case.playbook) else frozenset()
