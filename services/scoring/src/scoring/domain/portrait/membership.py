"""Is the customer a paying member, since when, and how many points are left? 付费会员, 会员积分

Source: checklist.md section 2, Prime and Starbucks. The last word of membership.started, renewed and ended says
whether it runs; `since` is the start after the last end. Points: earned less redeemed (data.points or in properties),
what was earned first is spent first, and what carries expires_on is gone after that day.
Example: 100 points until yesterday, 50 without an end, 30 redeemed before: 50 left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from scoring.domain.portrait.past import Deed, Past, names
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import FOREVER, date_of, day_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What is left on the day; `next_expires_on` null: nothing of it runs out."""

    balance: int
    earned: int
    redeemed: int
    expired: int
    next_expires_on: date | None
    n: int
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """`since` null where it does not run."""

    is_paid_member: bool
    since: date | None
    renewals: int
    ended_on: date | None
    points: Annotated[Points | None, Unknown.NO_EVENTS]
    n: int
    events: tuple[str, ...]


def membership(past: Past) -> Membership | Unknown:
    """The membership on the day; NO_EVENTS without any word of one or of points."""
    told = past.of("membership.started", "membership.renewed", "membership.ended")
    left = _points(past)
    if not told and left is None:
        return Unknown.NO_EVENTS
    since: Deed | None = None
    ended: Deed | None = None
    for deed in told:
        if deed.type == "membership.ended":
            since, ended = None, deed
        elif since is None:
            since, ended = deed, None
    return Membership(
        is_paid_member=since is not None,
        since=None if since is None else date_of(past.as_of - since.age),
        renewals=len(past.of("membership.renewed")),
        ended_on=None if ended is None else date_of(past.as_of - ended.age),
        points=left,
        n=len(told),
        events=names(told),
    )


def _points(past: Past) -> Points | None:
    deeds = [deed for deed in past.of("points.earned", "points.redeemed") if deed.whole("points") is not None]
    if not deeds:
        return None
    lots: list[list[int]] = []  # [last day, left], in the order of earning
    earned = redeemed = 0
    for deed in deeds:
        points, day = deed.whole("points") or 0, past.as_of - deed.age
        if deed.type == "points.earned":
            earned += points
            lots.append([_last_day(deed), points])
            continue
        redeemed += points
        for lot in lots:
            if lot[0] >= day:
                spent = min(points, lot[1])
                lot[1] -= spent
                points -= spent
    alive = [lot for lot in lots if lot[0] >= past.as_of and lot[1]]
    ends = [lot[0] for lot in alive if lot[0] < FOREVER]
    return Points(
        balance=sum(lot[1] for lot in alive),
        earned=earned,
        redeemed=redeemed,
        expired=sum(lot[1] for lot in lots if lot[0] < past.as_of),
        next_expires_on=date_of(min(ends)) if ends else None,
        n=len(deeds),
        events=names(deeds),
    )


def _last_day(deed: Deed) -> int:
    inner = deed.data.get("properties")
    told = deed.data.get("expires_on") or (inner.get("expires_on") if isinstance(inner, Mapping) else None)
    try:
        return day_number(date.fromisoformat(told)) if isinstance(told, str) else FOREVER
    except ValueError:
        return FOREVER
