"""Which occasions does time bring a customer? Days of the calendar, cadences and schedules, each with its due instant.

An occasion is planned while it is due within the policy's days ahead and its validity is not over. Dated care is valid
no longer than its day. A cadence's due day counts from today only.

Worked example: birthday on 2027-05-04 in Asia/Shanghai, hour 10, valid for 1 d: due 2027-05-04T02:00Z, valid until
2027-05-04T16:00Z when dated, else 2027-05-05T02:00Z.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from engagement.domain.cadence import next_contact
from engagement.domain.calendar import CalendarPolicy, CustomerDates, Occurrence, occurrences, scheduled_days
from engagement.domain.local_time import end_of_day, local_instant
from engagement.domain.occasion import Occasion, occasions_of
from engagement.domain.playbook import Cadence, Calendar, Playbook, Schedule

_DAY = timedelta(days=1)

Timed = Calendar | Cadence | Schedule


def timed_triggers(playbook: Playbook) -> list[Timed]:
    """Those of a playbook's triggers that time alone pulls; none while it is switched off."""
    return [trigger for trigger in playbook.when if isinstance(trigger, Timed)] if playbook.enabled else []


def cadence_contacts(playbooks: Iterable[Playbook]) -> set[str]:
    """The event types from which the cadences of some playbooks count."""
    triggers = [trigger for playbook in playbooks for trigger in timed_triggers(playbook)]
    return {kind for trigger in triggers if isinstance(trigger, Cadence) for kind in trigger.since}


def planned_occasions(
    customer: CustomerDates, playbooks: Iterable[Playbook], policy: CalendarPolicy, now: datetime
) -> Iterator[Occasion]:
    """The occasions of playbooks that are known now; every step is one."""
    until = now + policy.plan_days_ahead * _DAY
    for playbook in playbooks:
        for trigger in timed_triggers(playbook):
            for occasion in _occasions(customer, playbook, trigger, policy, now=now, until=until):
                if occasion.due_at <= until and now < occasion.valid_until:
                    yield occasion


def _occasions(
    customer: CustomerDates,
    playbook: Playbook,
    trigger: Timed,
    policy: CalendarPolicy,
    *,
    now: datetime,
    until: datetime,
) -> Iterator[Occasion]:
    today, last = now.astimezone(customer.zone).date(), until.astimezone(customer.zone).date()
    longest = max(step.after for step in playbook.steps) + playbook.valid_for
    first = (now - longest).astimezone(customer.zone).date() - _DAY
    lead = trigger.lead_days * _DAY if isinstance(trigger, Calendar) else timedelta()
    for found in _found(customer, trigger, policy, first=first, today=today, last=last + lead):
        at = local_instant(found.day - lead, time(trigger.hour), customer.zone)
        over = end_of_day(found.day, customer.zone)
        for occasion in occasions_of(playbook, customer=customer.customer, key=found.key, at=at, facts=found.facts):
            valid_until = min(occasion.valid_until, over) if playbook.dated else occasion.valid_until
            yield replace(occasion, valid_until=valid_until)


def _found(
    customer: CustomerDates, trigger: Timed, policy: CalendarPolicy, *, first: date, today: date, last: date
) -> Iterable[Occurrence]:
    """Every day whose occasions might still be valid, and perhaps some more."""
    match trigger:
        case Calendar():
            return occurrences(trigger, customer, policy, first=first, last=last)
        case Cadence():
            due = next_contact(trigger, customer, first=today)
            return [] if due is None else [due]
        case Schedule():
            return scheduled_days(trigger, first=first, last=last)
