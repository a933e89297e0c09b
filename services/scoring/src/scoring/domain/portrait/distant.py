"""Why is this relationship distant? 疏远关系, reason classification

Source: checklist.md section 3. Asked of the tier `distant` only. The reasons that hold, in this order, the first is
the main one: bad_experience (severe, or Experience below 50), no_reply (somebody waits for our answer longer than
the reply limit), unreachable (contactability below 20 or unknown), stopped_buying (idle >= 180 d), never_bought,
price_only (price tag high), need_changed (a shift of category), low_awareness (cognition below 20), seldom (none of
these: buys only when needed).
Example: a buyer idle for 200 days whom we cannot reach: unreachable, stopped_buying.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from scoring.domain.policy.read_rule import Score, Whole
from scoring.domain.portrait.past import Past, names
from scoring.domain.portrait.unknown import Unknown

Why = Literal[
    "bad_experience",
    "no_reply",
    "unreachable",
    "stopped_buying",
    "never_bought",
    "price_only",
    "need_changed",
    "low_awareness",
    "seldom",
]
DISTANT: Final = "distant"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistantRule:
    experience_below: Score
    contactability_below: Score
    idle_at_least: Whole
    cognition_below: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the card and the portrait say already; `waits_too_long`: a turn without our answer."""

    tier: str
    is_severe: bool
    experience: float | None
    idle_days: int | None
    contactability: float | None
    price_tag: str | None
    waits_too_long: bool
    category_shifted: bool
    cognition: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    why: Why
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """`main` is the first of `reasons`."""

    main: Why
    reasons: tuple[Reason, ...]


def distance(past: Past, rule: DistantRule, now: Standing) -> Distance | Unknown:
    """Why the relationship is distant; NOT_DISTANT where it is not."""
    if now.tier != DISTANT:
        return Unknown.NOT_DISTANT
    found = list(_reasons(past, rule, now)) or [Reason(why="seldom", events=_orders(past))]
    return Distance(main=found[0].why, reasons=tuple(found))


def _orders(past: Past) -> tuple[str, ...]:
    return names(one.deed for one in past.purchases)


def _reasons(past: Past, rule: DistantRule, now: Standing) -> Iterator[Reason]:
    if now.is_severe or (now.experience is not None and now.experience < rule.experience_below):
        bad = past.of_kinds("complaint", "detractor", "delivered_late", "ticket_breached", "return_quality")
        yield Reason(why="bad_experience", events=names(bad))
    if now.waits_too_long:
        yield Reason(why="no_reply", events=names(past.of("message.received", "complaint.made", "ticket.opened")))
    if now.contactability is None or now.contactability < rule.contactability_below:
        closed = past.of("contact.removed", "account.unfollowed", "community.left", "consent.withdrawn")
        yield Reason(why="unreachable", events=names(closed))
    if now.idle_days is None:
        yield Reason(why="never_bought", events=())
    elif now.idle_days >= rule.idle_at_least:
        yield Reason(why="stopped_buying", events=_orders(past))
    if now.price_tag == "high":
        yield Reason(why="price_only", events=names(past.of("coupon.redeemed", "benefit.redeemed")))
    if now.category_shifted:
        yield Reason(why="need_changed", events=_orders(past))
    if now.cognition < rule.cognition_below:
        yield Reason(why="low_awareness", events=())
