"""For whom is a playbook? A closed, typed expression tree over named facts, with Kleene's logic for what is unknown.

`not` unknown = unknown; `all` is false as soon as one part is false, else unknown when one is; `any` is true as soon as
one part is true, else unknown when one is. Unknown at the top counts as false, and the verdict names the unknown facts.

Worked example: all(segment = active, not(open_case = true)) of {segment: active} is unknown because of `open_case`;
of {segment: churned} it is false, whatever `open_case` is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Value = str | bool | int | float


class Comparison(StrEnum):
    EQUALS = "equals"
    IN = "in"
    AT_LEAST = "at_least"
    BELOW = "below"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """One named fact against one value, or for `in` and `contains` (of a fact that is a set) against any of several."""

    fact: str
    comparison: Comparison
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    part: "Condition"


Condition = All | AnyOf | Not | Compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`holds` is None when it is unknown; `unknown` names the facts that made it so, sorted."""

    holds: bool | None
    unknown: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        return self.holds is True


def judge(condition: Condition, facts: Mapping[str, Any]) -> Verdict:
    """Whether the condition holds for facts by name; an absent or None fact is unknown."""
    unknown: set[str] = set()
    holds = _holds(condition, facts, unknown)
    return Verdict(holds=holds, unknown=tuple(sorted(unknown)) if holds is None else ())


def _holds(condition: Condition, facts: Mapping[str, Any], unknown: set[str]) -> bool | None:
    match condition:
        case Compare():
            fact = facts.get(condition.fact)
            if fact is None:
                unknown.add(condition.fact)
                return None
            return _compare(fact, condition)
        case Not():
            held = _holds(condition.part, facts, unknown)
            return None if held is None else not held
        case All():
            return _first(False, [_holds(part, facts, unknown) for part in condition.parts])
        case AnyOf():
            return _first(True, [_holds(part, facts, unknown) for part in condition.parts])


def _first(deciding: bool, held: list[bool | None]) -> bool | None:
    """`all` is decided by one False and `any` by one True; else an unknown part leaves it open."""
    if deciding in held:
        return deciding
    return None if None in held else not deciding


def _compare(fact: Any, condition: Compare) -> bool:
    value = condition.values[0]
    match condition.comparison:
        case Comparison.AT_LEAST:
            return bool(fact >= value)
        case Comparison.BELOW:
            return bool(fact < value)
        case Comparison.CONTAINS:
            return any(value in fact for value in condition.values)
        case _:
            return fact in condition.values


def facts_of(condition: Condition) -> frozenset[str]:
    """The names of the facts that a condition asks for."""
    match condition:
        case Compare():
            return frozenset({condition.fact})
        case Not():
            return facts_of(condition.part)
        case _:
            return frozenset().union(*(facts_of(part) for part in condition.parts))
