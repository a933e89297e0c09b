"""Is it still wanted? Not after its validity, not after an event that stops it, not beside a higher one of its family.

Source: care-model.md check 2 and section 10. `stop_on` compares event times, whichever came first; what happened at
the very instant stops too, unless it is the occasion's own event.
Worked example: dormant since the 20th 09:00, `stop_on: [order.completed]`: an order of the 20th 09:00 or later stops
the win-back, one of the 19th does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engagement.domain.occasion import Occasion
from engagement.domain.playbook import Playbook, Step
from engagement.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """An action of some playbook family that is under way or was sent, and until when it is valid."""

    occasion: int
    playbook: str | None
    family: str
    priority: int
    due_at: datetime
    valid_until: datetime


def no_longer_wanted(
    occasion: Occasion,
    *,
    playbook: Playbook,
    step: Step,
    heard: Mapping[str, datetime],
    kin: Iterable[Kin],
    now: datetime,
) -> Reason | None:
    """expired, stopped, superseded, or None while it is wanted. A playbook that was switched off stops."""
    if now > occasion.valid_until:
        return Reason.EXPIRED
    own = (occasion.facts.get("event") or {}).get("type")
    if not playbook.enabled or any(
        _stops(heard.get(what), occasion.at, own=what == own) for what in (*playbook.stop_on, *step.unless)
    ):
        return Reason.STOPPED
    if playbook.family is not None and any(_supersedes(one, occasion, playbook, now) for one in kin):
        return Reason.SUPERSEDED
    return None


def _stops(at: datetime | None, since: datetime, *, own: bool) -> bool:
    return at is not None and (at > since or (at == since and not own))


def _supersedes(one: Kin, occasion: Occasion, playbook: Playbook, now: datetime) -> bool:
    if one.family != playbook.family or one.playbook == playbook.name or one.valid_until < now:
        return False
    mine = (-playbook.priority, occasion.due_at, occasion.id or 0)
    return (-one.priority, one.due_at, one.occasion) < mine
