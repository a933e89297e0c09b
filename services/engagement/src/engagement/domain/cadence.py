"""When is a customer's next contact due by cadence? Every N days since the last contact of some kinds.

N is the smaller of the numbers of the tier and of the stage. Nobody contacted yet counts from the first purchase, else
from the start of the membership; nobody has a cadence before either. When nothing happens on a due day, the next is N
days later: what was missed is not made up for, so an import of the past starts nothing.

Worked example: N = 30, last contact 2026-05-01, today 2026-07-10: due 2026-07-30, key `2026-05-01+90`. The key counts
days, not turns, so that a change of N never answers one day twice.
"""

from datetime import date, datetime, timedelta

from engagement.domain.calendar import ANNIVERSARIES, CustomerDates, Occurrence
from engagement.domain.playbook import Cadence


def next_contact(trigger: Cadence, customer: CustomerDates, *, first: date) -> Occurrence | None:
    """The first due day from `first` on; None for who has no cadence."""
    days, since = _cadence_days(trigger, customer), _last_contact(trigger, customer)
    if days is None or since is None:
        return None
    contacted_on = since.astimezone(customer.zone).date()
    passed = days * max(1, -((contacted_on - first).days // days))
    day = contacted_on + timedelta(days=passed)
    facts: dict[str, str | int] = {"cadence_days": days, "since": contacted_on.isoformat(), "day": day.isoformat()}
    return Occurrence(key=f"{since.date()}+{passed}", day=day, facts=facts)


def _cadence_days(trigger: Cadence, customer: CustomerDates) -> int | None:
    fitting = (trigger.days_by_tier.get(customer.tier or ""), trigger.days_by_stage.get(customer.stage or ""))
    return min((days for days in fitting if days is not None), default=None)


def _last_contact(trigger: Cadence, customer: CustomerDates) -> datetime | None:
    contacts = [customer.heard[kind][1] for kind in trigger.since if kind in customer.heard]
    if contacts:
        return max(contacts)
    return next((customer.heard[kind][0] for kind in ANNIVERSARIES.values() if kind in customer.heard), None)
