"""What is each kind worth, and which rules map an event to kinds?

Source: scoring-model.md section 2; read from the policy's `kinds`. The tables are indexed by the kind's stable number.
Example: `policy.kinds.points[KIND_ID["click"]] == 2.0` and `.cap[...] == 3`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from scoring.domain.policy.mapping import KindRule, TypeRules, kind_number, read_conditions
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.state.facts import OF_DELIVERY
from scoring.domain.state.kinds import KINDS

Floats = NDArray[np.float64]

MONEY_TYPES = frozenset({"order.completed", "order.refunded", "order.cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KindTable:
    """Points and cap a day; weight and quality for Experience and Evaluation (quality NaN: taken from the answer)."""

    points: Floats
    cap: Floats
    experience_weight: Floats
    experience_quality: Floats
    evaluation_weight: Floats
    evaluation_quality: Floats
    rules: Mapping[str, TypeRules]
    detractor_at_most: Mapping[int, float]
    facts: frozenset[str]  # what of an event's data the conditions look at

    @classmethod
    def read(cls, section: Section) -> "KindTable":
        """Read `kinds`; every kind may be left out, none may be unknown. Raises PolicyInvalid."""
        tables = {name: np.zeros(len(KINDS)) for name in ("points", "cap")}
        means = {name: (np.zeros(len(KINDS)), np.zeros(len(KINDS))) for name in ("experience", "evaluation")}
        rules: dict[str, list[KindRule]] = {}
        beside: dict[int, float] = {}
        for name in section.keys():  # noqa: SIM118 - Section.keys is a list of texts
            number = kind_number(name, section.path(name))
            entry = section.section(name)
            if entry.has("engagement"):
                worth = entry.section("engagement")
                tables["points"][number] = worth.number("points")
                tables["cap"][number] = worth.whole("cap")
            answer = False
            for mean, (weights, qualities) in means.items():
                if entry.has(mean):
                    weights[number], qualities[number] = _weight_and_quality(entry.section(mean))
                    answer = answer or bool(np.isnan(qualities[number]))
            _read_ways(entry, number, answer, rules)
            if entry.has("beside"):
                beside.update(_read_beside(entry.section("beside")))
        section.finish()
        experience, evaluation = means["experience"], means["evaluation"]
        return cls(
            points=tables["points"],
            cap=tables["cap"],
            experience_weight=experience[0],
            experience_quality=experience[1],
            evaluation_weight=evaluation[0],
            evaluation_quality=evaluation[1],
            rules=MappingProxyType({type_: TypeRules.of(ways) for type_, ways in rules.items()}),
            detractor_at_most=MappingProxyType(beside),
            facts=frozenset(
                condition.steps[0] for ways in rules.values() for way in ways for condition in way.conditions
            )
            - OF_DELIVERY,
        )


def _weight_and_quality(section: Section) -> tuple[float, float]:
    weight = section.number("weight")
    quality = float("nan") if section.take("quality") == "answer" else section.number("quality", most=1)
    return weight, quality


def _read_ways(entry: Section, number: int, answer: bool, rules: dict[str, list[KindRule]]) -> None:
    ways = [entry] if entry.has("types") else []
    extra = entry.sections("also") if entry.has("also") else []
    for way in [*ways, *extra]:
        conditions = read_conditions(way, "when")
        for type_ in way.texts("types"):
            if type_ in MONEY_TYPES:
                raise PolicyInvalid(way.path("types"), f"{type_} becomes an order row and counts as no kind")
            rules.setdefault(type_, []).append(KindRule(kind=number, conditions=conditions, answer=answer))
    for way in extra:
        way.finish()


def _read_beside(section: Section) -> dict[int, float]:
    names = section.keys()
    return {kind_number(name, section.path(name)): section.number(name, most=1) for name in names}
