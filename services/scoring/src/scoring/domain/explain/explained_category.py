"""How is the explanation of a category answered: conditions with their events, guard, cap, and the next step?

Source: scoring-model.md section 6; the shape of GET .../explain for segment, tier, stage and the other categories.
Conditions of one `group` are alternatives: one of them is enough.
Example: {"name": "strength", "figure": 60.8, "sign": ">=", "limit": 65, "met": false, "lacks": 4.2, "group": 0, ...}.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from scoring.domain.explain.categories import Reasons
from scoring.domain.explain.conditions import Clause
from scoring.domain.explain.evidence import Evidence
from scoring.domain.explain.next_step import NextStep
from scoring.domain.explain.sentences_of_categories import of_next
from scoring.domain.state.days import date_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCondition:
    """`figure` None: unknown; `lacks`: how far it is from the limit."""

    name: str
    figure: float | None
    sign: str
    limit: float
    met: bool
    lacks: float
    group: int
    oldest_day: str | None
    newest_day: str | None
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCategory:
    """`rule` gave the value on `rule_day`; another value than the shown one: none did, and this one comes nearest.

    `conditions` are the rule's on that day, `conditions_today` on the as-of day where that is another.
    """

    raw: str | bool | None
    rule: str | bool
    rule_day: str
    conditions: list[ExplainedCondition]
    conditions_today: list[ExplainedCondition]
    guard: dict[str, Any] | None
    cap: dict[str, Any] | None
    changes_on: str | None
    changes_to: str | bool | None
    next: dict[str, Any] | None

    def as_mapping(self) -> dict[str, Any]:
        return asdict(self)


def explained_category(
    found: Reasons, step: NextStep | None, day: int, evidence: Evidence, currency: str
) -> ExplainedCategory:
    """The answer's members beside value, parts and sentence."""
    turn = found.turn
    return ExplainedCategory(
        raw=found.raw,
        rule=found.rule,
        rule_day=date_of(found.day).isoformat(),
        conditions=_conditions(found.clauses, found.day, evidence),
        conditions_today=_conditions(found.today, day, evidence),
        guard=_guard(found),
        cap=_cap(found, evidence),
        changes_on=None if turn is None else date_of(turn.day).isoformat(),
        changes_to=None if turn is None else turn.value,
        next=None if step is None else _next(step, day, evidence, currency),
    )


def _conditions(clauses: Iterable[Clause], day: int, evidence: Evidence) -> list[ExplainedCondition]:
    found = []
    for group, clause in enumerate(clauses):
        for one in clause:
            events = evidence.of(one.kinds, until=day, days=one.days)
            found.append(
                ExplainedCondition(
                    name=one.name,
                    figure=one.figure,
                    sign=one.sign,
                    limit=float(one.limit),
                    met=one.holds,
                    lacks=one.lacks,
                    group=group,
                    oldest_day=events.oldest_day,
                    newest_day=events.newest_day,
                    events=events.events,
                )
            )
    return found


def _guard(found: Reasons) -> dict[str, Any] | None:
    """What holds the value up, and when it falls if nothing changes."""
    if found.held is None:
        return None
    fall = found.fall
    return {
        "days": found.held.guard_days,
        "was": found.held.best,
        "was_on": date_of(found.held.day).isoformat(),
        "falls_on": None if fall is None else date_of(fall.day).isoformat(),
        "falls_to": None if fall is None else fall.value,
    }


def _cap(found: Reasons, evidence: Evidence) -> dict[str, Any] | None:
    cap = found.cap
    if cap is None:
        return None
    events = evidence.of(cap.kinds, until=cap.trouble_day, days=(cap.trouble_day, cap.trouble_day))
    return {
        "at": cap.at,
        "would_be": cap.would_be,
        "trouble_on": date_of(cap.trouble_day).isoformat(),
        "ends_on": date_of(cap.ends_day).isoformat(),
        "events": events.events,
    }


def _next(step: NextStep, day: int, evidence: Evidence, currency: str) -> dict[str, Any]:
    return {
        "value": step.value,
        "missing": [asdict(one) for one in _conditions(step.lacks, day, evidence)],
        "ways": [
            {
                "steps": [{"step": name, "times": times} for name, times in way.steps],
                "reached_on": date_of(way.day).isoformat(),
            }
            for way in step.ways
        ],
        "by_itself_on": None if step.by_itself_day is None else date_of(step.by_itself_day).isoformat(),
        "contact_kind": step.contact_kind,
        "purchase_minor": step.purchase_minor,
        "sentence": of_next(step, currency).as_mapping(),
    }
