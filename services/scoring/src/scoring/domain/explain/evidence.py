"""Which of a customer's events made a figure?

Source: scoring-model.md section 6. Every event of the ledger counts as the kinds of its effects, money events as
`purchase`, orders also as `order`; a part of an explanation names the events of its kinds, newest first. The days come
from the state, so that they hold also where only the newest events were read.
Example: evidence.of(("event_attend",)) is (first day, last day, ["shop/e-10", "shop/e-0"]).
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from scoring.domain.explain.parts import ORDER, PURCHASE
from scoring.domain.policy.policy import Policy
from scoring.domain.state.days import date_of, microseconds
from scoring.domain.state.effects import Effect, Order, Tally
from scoring.domain.state.kinds import KINDS
from scoring.domain.state.replay import Interaction, Setting, effects_of, unique
from scoring.domain.state.state import KIND_BITS, KIND_MASK, State

MOST_EVENTS: Final = 50  # newest first; what is older is inside oldest_day

Named = tuple[int, int, str]
"""Day, microseconds, "source/id"."""


class Found(NamedTuple):
    """ISO days of the oldest and newest event, and the newest events as "source/id"."""

    oldest_day: str | None
    newest_day: str | None
    events: list[str]


class Evidence:
    """The events of one customer by the kind that they count as."""

    def __init__(self, by_kind: dict[str, list[Named]], days: dict[str, list[int]]) -> None:
        self._by_kind = by_kind
        self._days = days

    @classmethod
    def read(cls, state: State, interactions: Iterable[Interaction], policy: Policy, setting: Setting) -> "Evidence":
        """Raises EventMalformed."""
        by_kind: dict[str, list[Named]] = {}
        for one in unique(interactions):
            at, name = microseconds(one.time), f"{one.source}/{one.id}"
            for effect in effects_of(one, policy, setting):
                kinds = _kinds_of(effect)
                for kind in kinds:
                    by_kind.setdefault(kind, []).append((effect.day, at, name))
        return cls(by_kind, _days_by_kind(state))

    def of(self, kinds: Sequence[str], *, until: int, days: tuple[int, int] | None = None) -> Found:
        """The events of some kinds up to a day, or within first and last day."""
        first, last = (None, until) if days is None else (days[0], min(days[1], until))
        events = sorted(
            {
                event
                for kind in kinds
                for event in self._by_kind.get(kind, ())
                if event[0] <= last and (first is None or event[0] >= first)
            },
            reverse=True,
        )
        names = list(dict.fromkeys(name for _, _, name in events))[:MOST_EVENTS]
        found = [
            day for kind in kinds for day in self._days.get(kind, ()) if day <= last and (first is None or day >= first)
        ]
        if not found:
            return Found(None, None, names)
        return Found(date_of(min(found)).isoformat(), date_of(max(found)).isoformat(), names)


def _kinds_of(effect: Effect) -> tuple[str, ...]:
    if isinstance(effect, Tally):
        return (KINDS[effect.kind],)
    return (PURCHASE, ORDER) if isinstance(effect, Order) else (PURCHASE,)


def _days_by_kind(state: State) -> dict[str, list[int]]:
    days: dict[str, list[int]] = {}
    for key in state.buckets:
        days.setdefault(KINDS[key & KIND_MASK], []).append(key >> KIND_BITS)
    orders, refunds, cancels = state.purchases
    days[ORDER] = [order.day for order in orders.values()]
    days[PURCHASE] = [
        *days[ORDER],
        *(refund.day for refund in refunds.values()),
        *cancels.values(),
    ]
    return days
