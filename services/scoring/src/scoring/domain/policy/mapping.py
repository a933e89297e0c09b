"""Which kinds does an event of this type and content count as?

Source: scoring-model.md section 2, as written in the policy's `kinds`. A rule holds when each of its conditions holds;
a condition compares one fact of the event (a dotted path into data, or on_time, promised) with what the policy wants.
Example: `when: {personal: true}` holds for data {"personal": true} and for nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.state.kinds import KIND_ID

Facts = Mapping[str, Any]
Steps = tuple[str, ...]
"""A dotted path into an event's data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`wanted` holds (type, value) of what is accepted, `negated` of what is not; an absent fact is None.

    The type is part of it because 1 == True in Python and a mistyped fact must not count.
    """

    steps: Steps
    wanted: tuple[tuple[type, Any], ...]
    negated: bool

    def accepts(self, value: Any) -> bool:
        return ((value.__class__, value) in self.wanted) is not self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """One way in which an event counts as a kind. `answer`: the kind carries the quality of the event's rating."""

    kind: int
    conditions: tuple[Condition, ...]
    answer: bool

    def holds(self, told: Mapping[Steps, Any]) -> bool:
        """Whether every condition holds for what the event tells at their places."""
        return all(condition.accepts(told[condition.steps]) for condition in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypeRules:
    """How the events of one type count. `always`: the kinds, where they do not depend on what an event holds.

    Else they depend on what stands at the places `asked`, where `answers` also on the quality of the rating.
    """

    ways: tuple[KindRule, ...]
    always: tuple[int, ...] | None
    asked: tuple[Steps, ...]
    answers: bool

    @classmethod
    def of(cls, ways: Iterable[KindRule]) -> "TypeRules":
        rules = tuple(ways)
        asked = dict.fromkeys(condition.steps for rule in rules for condition in rule.conditions)
        answers = any(rule.answer for rule in rules)
        always = None if asked or answers else tuple(rule.kind for rule in rules)
        return cls(ways=rules, always=always, asked=tuple(asked), answers=answers)


def value_at(facts: Facts, steps: Steps) -> Any:
    """What stands at a place of an event's data, None when nothing does."""
    value: Any = facts.get(steps[0])
    for step in steps[1:]:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def read_conditions(section: Section, key: str) -> tuple[Condition, ...]:
    """Read a `when` mapping; none when the key is not there."""
    if not section.has(key):
        return ()
    when = section.section(key)
    return tuple(_condition(when, fact) for fact in when.keys())  # noqa: SIM118 - Section.keys is a list of texts


def _condition(when: Section, fact: str) -> Condition:
    wanted = when.take(fact)
    if wanted == "present":
        return _made(fact, (None,), negated=True)
    if wanted == "absent":
        return _made(fact, (None,), negated=False)
    if isinstance(wanted, Mapping):
        if list(wanted) != ["not"]:
            raise PolicyInvalid(when.path(fact), "must be a value, a list, `present`, `absent` or {not: value}")
        return _made(fact, _values(when, fact, wanted["not"]), negated=True)
    return _made(fact, _values(when, fact, wanted), negated=False)


def _made(fact: str, wanted: tuple[Any, ...], *, negated: bool) -> Condition:
    return Condition(steps=tuple(fact.split(".")), wanted=tuple((type(each), each) for each in wanted), negated=negated)


def _values(when: Section, fact: str, wanted: object) -> tuple[Any, ...]:
    values = tuple(wanted) if isinstance(wanted, list) else (wanted,)
    if not all(each is None or isinstance(each, str | bool | int | float) for each in values):
        raise PolicyInvalid(when.path(fact), "must be a value, a list, `present`, `absent` or {not: value}")
    return values


def kind_number(name: str, path: str) -> int:
    """The stable number of a kind; PolicyInvalid when the code knows no such kind."""
    if name not in KIND_ID:
        raise PolicyInvalid(path, f"there is no kind {name!r}")
    return KIND_ID[name]
