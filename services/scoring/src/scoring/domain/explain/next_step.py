"""What would have to happen for the next tier, stage or segment?

Source: scoring-model.md section 6. Nothing is guessed: small steps (personal contacts, purchases, an event attended, a
good answer, a complaint resolved) are given to copies of the customer, one of each a day from the as-of day on, and the
copies are judged by the real scoring function, few steps first. A way is one that gets there sooner than time itself,
and from which no step can be left out without getting there later.
Example: distant, one purchase a year ago: two meetings give face_to_face, the second on the day after the first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median_low
from typing import Final

import numpy as np

from scoring.domain.card import score
from scoring.domain.explain.categories import RULES
from scoring.domain.explain.conditions import Clause, Condition, nearest
from scoring.domain.explain.conditions_of_tier import trouble_and_cleared
from scoring.domain.explain.guards import ORDERS, ahead_days, next_turn
from scoring.domain.explain.metrics import values_of
from scoring.domain.explain.parts import Known
from scoring.domain.policy.policy import TIERS
from scoring.domain.state.copies import MOST_ROWS, More, most_copies, moved, with_more
from scoring.domain.state.days import date_of
from scoring.domain.state.kinds import KINDS

STEPPED: Final = ("segment", "tier", "stage")
STEPS: Final = ("personal_contact", "purchase", "event_attended", "good_answer", "trouble_resolved")
MOST_TOGETHER: Final = 5  # of all steps
MOST_ALONE: Final = 12  # of one step
MOST_GOOD_ANSWERS: Final = 2
MOST_WAYS: Final = 3
MOST_TRIED: Final = 1_000_000  # rows of the customer times ways: about 1 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How often which step, in the order of STEPS, one of each a day; `day`: when the category is reached."""

    times: tuple[int, ...]
    day: int

    @property
    def steps(self) -> list[tuple[str, int]]:
        return [(step, times) for step, times in zip(STEPS, self.times, strict=True) if times]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The next better value, the clauses that it lacks today, the ways to it, and the day that brings it by itself.

    `contact_kind` is the kind of the personal contacts and `purchase_minor` the size of the purchases that were tried.
    """

    value: str
    lacks: list[Clause]
    ways: list[Way]
    by_itself_day: int | None
    contact_kind: str
    purchase_minor: int


def next_step(name: str, known: Known) -> NextStep | None:
    """The next step up from what is shown; None at the top. The state of `known` ends on its day."""
    order = ORDERS[name]
    place = order.index(values_of(name, known.columns)[0])
    if place + 1 == len(order):
        return None
    wanted = order[place + 1]
    lacks = _lacks(name, wanted, known)
    contact, minor = _contact_kind(known), _usual_order(known)
    by_itself = next_turn(name, known, lambda coming: coming in order[place + 1 :])
    tried = [
        way
        for way in _tries(known, sorted({0, *_waits(lacks, ahead_days(known))}))
        if by_itself is None or way.day < by_itself.day
    ]
    return NextStep(
        value=wanted,
        lacks=lacks,
        ways=smallest(_reached(name, order[place + 1 :], tried, contact, minor, known)),
        by_itself_day=None if by_itself is None else by_itself.day,
        contact_kind=contact,
        purchase_minor=minor,
    )


def _lacks(name: str, wanted: str, known: Known) -> list[Clause]:
    rule = nearest(RULES[name](known), wanted)
    lacks = [] if rule is None else rule.open_clauses
    if name == "tier" and known.columns.severe[0] and TIERS.index(wanted) > known.policy.severe.cap:
        kinds = tuple(KINDS[kind] for kind in known.policy.severe.kinds)
        lacks.append((Condition(name="trouble_unresolved", figure=1.0, sign="<", limit=1.0, kinds=kinds),))
    return lacks


def _waits(lacks: Iterable[Clause], most: int) -> Iterable[int]:
    """Days that time itself must still bring."""
    for clause in lacks:
        for one in clause:
            if one.name == "tenure_days":
                yield min(most, int(one.lacks))


def _contact_kind(known: Known) -> str:
    """The kind that counts most as personal contact; a meeting where it does."""
    weights = {KINDS[kind]: weight for kind, weight in known.policy.personal_weights}
    return max(weights, key=lambda kind: (weights[kind], kind == "meeting"), default="meeting")


def _usual_order(known: Known) -> int:
    """The customer's median order; before the first, the company's mean order."""
    paid = [order.paid_minor for order in known.state.purchases.orders.values() if order.paid_minor > 0]
    return median_low(paid) if paid else max(1, round(known.thresholds.m0_minor))


def _tries(known: Known, waits: Sequence[int]) -> list[Way]:
    """The fewest steps and the earliest day first; the fewer ways the more rows the customer has."""
    trouble, cleared = trouble_and_cleared(known)
    most = (MOST_TOGETHER, MOST_TOGETHER, MOST_TOGETHER, MOST_GOOD_ANSWERS, int(trouble > cleared))
    together = [times for times in product(*(range(each + 1) for each in most)) if 0 < sum(times) <= MOST_TOGETHER]
    alone = [
        tuple(number if at == step else 0 for at in range(len(STEPS)))
        for step in range(3)
        for number in range(MOST_TOGETHER + 1, MOST_ALONE + 1)
    ]
    every = {(times, known.day + max(wait, max(times) - 1)) for times in [*together, *alone] for wait in waits}
    found = sorted(every, key=lambda one: (sum(one[0]), one[1], one[0]))
    return [Way(times=times, day=day) for times, day in found[: most_copies(known.arrays, MOST_TRIED)]]


def _reached(
    name: str, wanted: Sequence[str], ways: Sequence[Way], contact: str, minor: int, known: Known
) -> Iterator[Way]:
    """Those that get there, in their order, judged piece by piece when asked for."""
    size = most_copies(known.arrays, MOST_ROWS)
    for start in range(0, len(ways), size):
        piece = ways[start : start + size]
        arrays = with_more(known.arrays, [_more(way, contact, minor, known.day) for way in piece])
        last = max(way.day for way in piece)
        columns = score(
            moved(arrays, np.array([last - way.day for way in piece])), date_of(last), known.policy, known.thresholds
        )
        yield from (way for way, value in zip(piece, values_of(name, columns), strict=True) if value in wanted)


def _more(way: Way, contact: str, minor: int, day: int) -> More:
    contacts, purchases, events, answers, resolved = way.times
    tallies = [(day + number, contact, 1, 0) for number in range(contacts)]
    tallies += [(day + number, "event_attend", 1, 0) for number in range(events)]
    tallies += [(day + number, "nps", 1, 1000) for number in range(answers)]
    tallies += [(day + number, "resolved", 1, 0) for number in range(resolved)]
    return More(tallies=tallies, orders=[(day + number, minor) for number in range(purchases)])


def smallest(reached: Iterable[Way]) -> list[Way]:
    """The first from which nothing can be left out; `reached` has the fewest steps and the earliest day first."""
    kept: list[Way] = []
    for way in reached:
        if not any(_is_less(other, way) for other in kept):
            kept.append(way)
            if len(kept) == MOST_WAYS:
                break
    return kept


def _is_less(one: Way, other: Way) -> bool:
    """Whether it asks for no step more and gets there no later."""
    fewer = all(fewer <= more for fewer, more in zip(one.times, other.times, strict=True))
    return fewer and one.day <= other.day
