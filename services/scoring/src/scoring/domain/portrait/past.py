"""What has a customer done up to a day, laid out for the questions of the portrait?

Source: checklist.md; scoring-model.md section 1 (days, live orders, as-of). Deeds ascend by (time, source, id), each
once, so that every figure is independent of the order and repetition in which events came. read_past.py makes it.
Example: fade(90, 90) is 0.5; names of five deeds are the three newest, "source/id".
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any, Final, NamedTuple

MOST_NAMED: Final = 3

BY_CUSTOMER: Final = frozenset(
    {
        "order.completed",
        "return.completed",
        "payment.failed",
        "checkout.started",
        "cart.updated",
        "coupon.redeemed",
        "page.viewed",
        "product.viewed",
        "search.made",
        "app.opened",
        "message.clicked",
        "message.received",
        "call.received",
        "visit.made",
        "meeting.held",
        "return_visit.done",
        "content.shared",
        "content.posted",
        "suggestion.made",
        "event.registered",
        "event.attended",
        "community.joined",
        "community.posted",
        "account.followed",
        "contact.added",
        "cocreation.joined",
        "charity.joined",
        "story.engaged",
        "ticket.opened",
        "complaint.made",
        "review.posted",
        "referral.made",
        "survey.answered",
    }
)
"""What the customer does of their own accord (interactions.md, direction inbound or mutual)."""


class Deed(NamedTuple):
    """One event. `age`: local days before the as-of day; `weekday`: Monday 0; `quality`: of its rating, 0 to 1;
    `answers`: (question, kind, quality) of a survey's questions that stand on a scale of their own."""

    time_us: int
    source: str
    id: str
    type: str
    age: int
    hour: int
    weekday: int
    at: datetime
    subject: str
    data: Mapping[str, Any]  # the producer's own facts
    kinds: tuple[str, ...]
    quality: float | None
    answers: tuple[tuple[str, str, float], ...]

    @property
    def name(self) -> str:
        return f"{self.source}/{self.id}"

    @property
    def is_by_customer(self) -> bool:
        """Whether the customer did it; the event's own direction has the last word."""
        told = self.data.get("direction")
        return told != "outbound" if self.type in BY_CUSTOMER else told in ("inbound", "mutual")

    def text(self, key: str) -> str | None:
        """A fact that is a text."""
        value = self.data.get(key)
        return value if isinstance(value, str) and value else None

    def whole(self, *keys: str) -> int | None:
        """The first of some facts that is a whole number from 0 to 2^53, in data or in its properties."""
        inner = self.data.get("properties")
        for facts in (self.data, inner if isinstance(inner, Mapping) else {}):
            for key in keys:
                value = facts.get(key)
                if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
                    return value
        return None


class Purchase(NamedTuple):
    """A live order: its defining event, net money in the base currency as of the day, the categories of its items."""

    deed: Deed
    net_minor: int
    categories: tuple[str, ...]

    @property
    def age(self) -> int:
        return self.deed.age


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """`as_of`: day number; `links`: since when an id is an alias; `is_cut`: older events were left out."""

    as_of: int
    deeds: tuple[Deed, ...]
    by_type: Mapping[str, tuple[Deed, ...]]
    by_kind: Mapping[str, tuple[Deed, ...]]
    purchases: tuple[Purchase, ...]
    links: Mapping[str, datetime]
    is_cut: bool

    def of(self, *types: str) -> list[Deed]:
        """The deeds of some types, ascending."""
        return sorted(deed for type_ in types for deed in self.by_type.get(type_, ()))

    def of_kinds(self, *kinds: str) -> list[Deed]:
        """The deeds that count as some kinds, ascending, each once."""
        return sorted({deed[:3]: deed for kind in kinds for deed in self.by_kind.get(kind, ())}.values(), key=_order)


def _order(deed: Deed) -> tuple[int, str, str]:
    return deed.time_us, deed.source, deed.id


def within(deeds: Iterable[Deed], days: float) -> list[Deed]:
    """Those of a window: 0 <= age < days."""
    return [deed for deed in deeds if deed.age < days]


def names(deeds: Iterable[Deed]) -> tuple[str, ...]:
    """The newest of some deeds, as `source/id`."""
    newest = nlargest(MOST_NAMED, {(deed.time_us, deed.source, deed.id) for deed in deeds})
    return tuple(f"{source}/{id_}" for _, source, id_ in newest)


def fade(age: float, half_life_days: float) -> float:
    """2^(-age/h)."""
    return float(2.0 ** (-age / half_life_days))


def faded(ages: Iterable[int], half_life_days: float) -> float:
    """The decayed sum of ones."""
    return math.fsum(fade(age, half_life_days) for age in sorted(ages))


def saturated(x: float, half_point: float) -> float:
    """1 - 2^(-max(x, 0)/c)."""
    return float(1.0 - 2.0 ** (-max(x, 0.0) / half_point))


def micro(x: float) -> float:
    """Half-even to 1e-6, as every score."""
    return round(x, 6) + 0.0
