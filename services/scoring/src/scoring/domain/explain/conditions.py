"""What must hold for a category, what is the figure, and does it hold?

Source: scoring-model.md section 6. A rule gives its value when each of its clauses holds; a clause holds when one of
its conditions does. Rules stand in the order in which they decide: the first that holds gives the value.
Example: Condition("personal_contact", 2.4, ">=", 2) holds; with 1.5 it does not and lacks 0.5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from scoring.domain.explain.contributions import EXPLAINED
from scoring.domain.explain.metrics import values_of
from scoring.domain.explain.parts import Known, kinds_of

AT_LEAST: Final = ">="
ABOVE: Final = ">"
BELOW: Final = "<"
AT_MOST: Final = "<="
EQUAL: Final = "=="


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`figure` None: unknown, which holds only where `holds_unknown`. `kinds`, `days`: whose events made the figure."""

    name: str
    figure: float | None
    sign: str
    limit: float
    kinds: tuple[str, ...] = ()
    days: tuple[int, int] | None = None
    holds_unknown: bool = False
    slack: float = 0.0

    @property
    def holds(self) -> bool:
        figure, limit = self.figure, self.limit
        if figure is None:
            return self.holds_unknown
        match self.sign:
            case ">=":
                return figure >= limit - self.slack
            case ">":
                return figure > limit
            case "<":
                return figure < limit
            case "<=":
                return figure <= limit
        return figure == limit

    @property
    def lacks(self) -> float:
        """How far the figure is from the limit, 0 where the condition holds."""
        return 0.0 if self.holds else self.limit - (self.figure or 0.0)


Clause = tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What gives a value; without any clause it gives it always."""

    value: str | bool
    clauses: tuple[Clause, ...]

    @property
    def holds(self) -> bool:
        return all(any(one.holds for one in clause) for clause in self.clauses)

    @property
    def open_clauses(self) -> list[Clause]:
        """The clauses that do not hold."""
        return [clause for clause in self.clauses if not any(one.holds for one in clause)]


def deciding(rules: Iterable[Rule]) -> Rule | None:
    """The first rule that holds."""
    return next((rule for rule in rules if rule.holds), None)


def nearest(rules: Sequence[Rule], value: str | bool) -> Rule | None:
    """Of the rules that give a value the one that lacks the fewest clauses."""
    wanted = [rule for rule in rules if rule.value == value]
    return min(wanted, key=lambda rule: len(rule.open_clauses), default=None)


def on_score(metric: str, known: Known, sign: str, limit: float, *, holds_unknown: bool = False) -> Condition:
    """A condition on a score, with the kinds that made it."""
    value = values_of(metric, known.columns)[0]
    kinds = () if value is None else kinds_of(EXPLAINED[metric](known))
    return Condition(
        name=metric,
        figure=None if value is None else float(value),
        sign=sign,
        limit=limit,
        kinds=kinds,
        holds_unknown=holds_unknown,
    )
