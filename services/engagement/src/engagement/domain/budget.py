"""How much contact is left for a customer today, by purpose and channel, and if none, why?

Worked example: one care message today; care, marketing and research have nothing left (`cap_day`), service has three.
Where there is no consent or no address nothing is left either, and the reason is that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engagement.domain.candidate import Rules
from engagement.domain.caps import Contact, left_by, refused_by
from engagement.domain.consent import CONTACT_CHANNELS
from engagement.domain.playbook import ActionKind, Purpose
from engagement.domain.reachability import unreachable
from engagement.domain.reasons import Reason
from engagement.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """`left` on the customer's local day (None: without a limit); `reason` when nothing may go."""

    purpose: Purpose
    channel: str
    left: int | None
    reason: Reason | None


def budget_left(standing: Standing, rules: Rules, now: datetime) -> Iterator[BudgetLine]:
    """A line for every purpose and channel."""
    for purpose in Purpose:
        for channel in CONTACT_CHANNELS:
            yield _line(standing, rules, now, purpose, str(channel))


def _line(standing: Standing, rules: Rules, now: datetime, purpose: Purpose, channel: str) -> BudgetLine:
    reason = _closed(standing, rules, purpose, channel)
    if reason is not None:
        return BudgetLine(purpose=purpose, channel=channel, left=0, reason=reason)
    on = now.astimezone(standing.zone).date()
    asked = Contact(occasion=None, purpose=purpose, kind=ActionKind.MESSAGE, channel=channel, on=on)
    caps, used, reserved = rules.contact.caps, standing.used, [day for _, day in standing.birthdays]
    days, per_day = rules.contact.birthday_reserve_days, rules.contact.service_per_day
    if purpose is Purpose.SERVICE:
        left: int | None = max(per_day - _services_on(standing, asked), 0)
    else:
        left = left_by(asked, caps=caps, used=used, reserved=reserved, reserve_days=days)
    refused = refused_by(asked, caps=caps, service_per_day=per_day, used=used, reserved=reserved, reserve_days=days)
    return BudgetLine(purpose=purpose, channel=channel, left=left, reason=refused)


def _services_on(standing: Standing, asked: Contact) -> int:
    same = (one for one in standing.used if one.purpose is Purpose.SERVICE and one.kind is not ActionKind.TASK)
    return sum(one.on == asked.on for one in same)


def _closed(standing: Standing, rules: Rules, purpose: Purpose, channel: str) -> Reason | None:
    """What stands in the way whatever the caps say."""
    if standing.barred:
        return Reason.SUPPRESSED
    if purpose is not Purpose.SERVICE and (purpose, channel) not in standing.consented:
        return Reason.NO_CONSENT
    return unreachable(
        channel,
        by_staff=channel == "phone",
        addresses=standing.addresses,
        channels=rules.contact.channels,
        credits_left=standing.credits_left,
    )
