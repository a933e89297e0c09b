"""Is now the time? Quiet hours, days of mourning, the hours of staff, and the day's capacity (checks 10 and 11).

Each wait may end in another one, so the first instant is sought that has nothing against it.
Worked example: something cheerful on 4 April at 22:00: quiet until the 5th at 09:00, which is 清明, so until the 6th at
09:00; the reason is the first one, `quiet_hours`.
"""

from datetime import datetime
from typing import Final

from engagement.domain.candidate import Candidate
from engagement.domain.local_time import end_of_day
from engagement.domain.playbook import Purpose, Tone
from engagement.domain.reasons import Reason

_MOST_WAITS: Final = 100

Wait = tuple[Reason, datetime]
"""Why, and until when."""


def wait_for(case: Candidate) -> Wait | None:
    """Why the occasion must wait (the first reason), and the first instant that has nothing against it."""
    first, instant = None, case.now
    for _ in range(_MOST_WAITS):
        wait = _wait(case, instant)
        if wait is None:
            break
        reason, instant = wait
        first = first or reason
    return None if first is None else (first, instant)


def wait_for_capacity(case: Candidate, channel: str | None) -> Wait | None:
    """Until the deployment's next day, when this one is full; service is never held up."""
    if case.playbook.purpose is Purpose.SERVICE:
        return None
    rules = case.rules
    if not rules.load.full(rules.contact, channel=channel, task_kind=case.step.task_kind):
        return None
    return Reason.CAPACITY, end_of_day(case.now.astimezone(rules.zone).date(), rules.zone)


def _wait(case: Candidate, instant: datetime) -> Wait | None:
    zone, playbook = case.standing.zone, case.playbook
    if not case.is_task and not playbook.safety:
        until = case.rules.contact.quiet_hours.until(instant, zone)
        if until is not None:
            return Reason.QUIET_HOURS, until
    today = instant.astimezone(zone).date()
    if playbook.tone is Tone.CHEERFUL and case.rules.calendar.is_mourning_day(today):
        return Reason.MOURNING_DAY, end_of_day(today, zone)
    if case.is_task:
        opens = case.rules.calendar.work_time.next_instant(instant, case.rules.zone)
        if opens > instant:
            return Reason.OFF_HOURS, opens
    return None
