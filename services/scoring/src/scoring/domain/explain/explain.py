"""Why is this score or category what it is?

Source: scoring-model.md section 6. The parts of a score (component, kind, points, share, oldest and newest day, events)
sum to it within 1e-6; a category names the conditions that it rests on, what holds it up, and what the next one asks.
Interface: `explain(name, interactions, as_of, policy, thresholds, setting) -> Explanation`, or `view(...)` once and
`explain_view(name, view)` for many names; names: metrics.METRICS.
Example: Engagement 42.565082, one part event_attend of 42.565082 points, share 1, events ["shop/e-1"].
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from scoring.domain.explain import sentences
from scoring.domain.explain.categories import Reasons, reasons_of
from scoring.domain.explain.contributions import Contribution, contributions
from scoring.domain.explain.evidence import Evidence
from scoring.domain.explain.explained_category import ExplainedCategory, explained_category
from scoring.domain.explain.metrics import CATEGORIES, ScoreUnknown, metric_named, values_of, why_null
from scoring.domain.explain.next_step import STEPPED, next_step
from scoring.domain.explain.parts import Known, look
from scoring.domain.explain.sentences_of_categories import of_category
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction, Setting, replay
from scoring.domain.state.state import State

__all__ = ["Explanation", "Part", "ScoreUnknown", "View", "explain", "explain_view", "view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`share` of the score (0 where the score is 0); days and events of the kinds that made the part.

    Of a category: a condition that it rests on, its figure as points, and an equal share.
    """

    component: str
    kind: str | None
    points: float
    share: float
    oldest_day: str | None
    newest_day: str | None
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`value` None: unknown, then there are no parts. Sentences by language, `en` and `zh`."""

    score: str
    value: Any
    parts: list[Part]
    sentences: dict[str, str]
    category: ExplainedCategory | None = None

    def as_mapping(self, language: str = "en") -> dict[str, Any]:
        """The answer of GET .../explain."""
        found = {
            "score": self.score,
            "value": self.value,
            "sentence": self.sentences[language],
            "sentences": self.sentences,
        }
        more = {} if self.category is None else self.category.as_mapping()
        return {**found, "parts": [asdict(part) for part in self.parts], **more}


class View(NamedTuple):
    """A customer as of a day, the events behind it, and the currency in which money is said."""

    known: Known
    evidence: Evidence
    currency: str


def view(
    interactions: Iterable[Interaction],
    as_of: date,
    policy: Policy,
    thresholds: Thresholds,
    setting: Setting,
    *,
    state: State | None = None,
) -> View:
    """Look at a customer (with its aliases); `state` where it is stored, else that of the interactions."""
    told, day = list(interactions), day_number(as_of)
    whole = replay(told, policy, setting) if state is None else state
    known = look(whole.until(day), day, policy, thresholds)
    return View(known, Evidence.read(known.state, told, policy, setting), setting.money.base_currency)


def explain(
    name: str,
    interactions: Iterable[Interaction],
    as_of: date,
    policy: Policy,
    thresholds: Thresholds,
    setting: Setting,
    *,
    state: State | None = None,
) -> Explanation:
    """Explain one score or category of one customer. Raises ScoreUnknown, EventMalformed."""
    metric = metric_named(name)
    return explain_view(metric, view(interactions, as_of, policy, thresholds, setting, state=state))


def explain_view(name: str, seen: View, *, ahead: bool = True) -> Explanation:
    """Explain one metric; without `ahead` no next step is looked for."""
    known, evidence, currency = seen
    value = values_of(name, known.columns)[0]
    if value is None:
        said = sentences.of_unknown(name, why_null(name, known.columns))
        return Explanation(score=name, value=None, parts=[], sentences=said.as_mapping())
    if name in CATEGORIES:
        return _category(name, value, seen, ahead=ahead)
    parts = [_part(each, value, known.day, evidence) for each in contributions(name, known, float(value))]
    named = [(part.component, part.kind, part.points, part.newest_day) for part in parts]
    said = sentences.of_score(name, value, named, currency)
    return Explanation(score=name, value=value, parts=parts, sentences=said.as_mapping())


def _category(name: str, value: str | bool, seen: View, *, ahead: bool) -> Explanation:
    found = reasons_of(name, seen.known)
    assert found is not None  # noqa: S101 - the value is known
    step = next_step(name, seen.known) if ahead and name in STEPPED else None
    return Explanation(
        score=name,
        value=value,
        parts=_rests_on(name, found, seen.evidence),
        sentences=of_category(name, found, step, seen.currency).as_mapping(),
        category=explained_category(found, step, seen.known.day, seen.evidence, seen.currency),
    )


def _part(found: Contribution, value: float, day: int, evidence: Evidence) -> Part:
    events = evidence.of(found.kinds, until=day, days=found.days)
    return Part(
        component=found.component,
        kind=found.kind,
        points=found.points,
        share=found.points / value if value else 0.0,
        oldest_day=events.oldest_day,
        newest_day=events.newest_day,
        events=events.events,
    )


def _rests_on(name: str, found: Reasons, evidence: Evidence) -> list[Part]:
    """The conditions that hold of the rule that was looked at."""
    holding = [one for clause in found.clauses for one in clause if one.holds]
    parts = []
    for one in holding:
        events = evidence.of(one.kinds, until=found.day, days=one.days)
        parts.append(
            Part(
                component=f"{name}.{one.name}",
                kind=None,
                points=one.figure or 0.0,
                share=1 / len(holding),
                oldest_day=events.oldest_day,
                newest_day=events.newest_day,
                events=events.events,
            )
        )
    return parts
