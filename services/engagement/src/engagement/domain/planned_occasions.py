"""Which occasions does time bring a customer? Days of the calendar, cadences and schedules, each with its due instant.

An occasion is planned while it is due within the policy's days ahead and its validity is not over. Dated care is valid
no longer than its day. A cadence's due day counts from today only.

Worked example: birthday on 2027-05-04 in Asia/Shanghai, hour 10, valid for 1 d: due 2027-05-04T02:00Z, valid until
2027-05-04T16:00Z when dated, else 2027-05-05T02:00Z.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from engagement.domain.cadence import next_contact
from engagement.domain.calendar import CalendarPolicy, CustomerDates, Occurrence, occurrences, scheduled_days
from engagement.domain.local_time import end_of_day, local_instant
from engagement.domain.occasion import Occasion, occasions_of
from engagement.domain.playbook import Cadence, Calendar, Playbook, Schedule

_DAY = timedelta(days=1)


def is_planned(playbook: Playbook) -> bool:
    """Whether time alone brings the playbook's occasions."""
    return playbook.enabled and isinstance(playbook.when, Calendar | Cadence | Schedule)


def planned_occasions(
    customer: CustomerDates, playbooks: Iterable[Playbook], policy: CalendarPolicy, now: datetime
) -> Iterator[Occasion]:
    """The occasions of playbooks (those that `is_planned`) that are known now; every step is one."""
    until = now + policy.plan_days_ahead * _DAY
    for playbook in playbooks:
        for occasion in _occasions(customer, playbook, policy, now=now, until=until):
            if occasion.due_at <= until and now < occasion.valid_until:
                yield occasion


def _occasions(
    customer: CustomerDates, playbook: Playbook, policy: CalendarPolicy, *, now: datetime, until: datetime
) -> Iterator[Occasion]:
    trigger = playbook.when
    lead = trigger.lead_days * _DAY if isinstance(trigger, Calendar) else timedelta()
    hour = time(trigger.hour) if isinstance(trigger, Calendar | Cadence | Schedule) else time()
    for found in _found(customer, playbook, policy, now=now, until=until):
        at = local_instant(found.day - lead, hour, customer.zone)
        for occasion in occasions_of(playbook, customer=customer.customer, key=found.key, at=at, facts=found.facts):
            over = end_of_day(found.day, customer.zone) if playbook.dated else occasion.valid_until
            yield replace(occasion, valid_until=min(occasion.valid_until, over))


def _found(
    customer: CustomerDates, playbook: Playbook, policy: CalendarPolicy, *, now: datetime, until: datetime
) -> Iterator[Occurrence]:
    """Every day whose occasions might still be valid, and perhaps some more."""
    today, last = now.astimezone(customer.zone).date(), until.astimezone(customer.zone).date()
    longest = max(step.after for step in playbook.steps) + playbook.valid_for
    first = (now - longest).astimezone(customer.zone).date() - _DAY
    match playbook.when:
        case Calendar() as calendar:
            yield from occurrences(calendar, customer, policy, first=first, last=last + calendar.lead_days * _DAY)
        case Cadence() as cadence:
            due = next_contact(cadence, customer, first=today)
            if due is not None:
                yield due
        case Schedule() as schedule:
            yield from scheduled_days(schedule, first=first, last=last)
