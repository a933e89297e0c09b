"""Why is this score what it is?

Source: scoring-model.md section 6. The parts of a score (component, kind, points, share, oldest and newest day, events)
sum to it within 1e-6; the sentence names the three largest. The customer's own ledger events are the only input.
Interface: `explain(name, interactions, as_of, policy, thresholds, setting) -> Explanation`; names: EXPLAINED;
`difference(before, after)` for two days or two policies.
Example: Engagement 42.565082, one part event_attend of 42.565082 points, share 1, events ["shop/e-1"].
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from common.errors import Malformed
from scoring.domain.arrays import pack_states
from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.contributions import EXPLAINED, PURCHASE, Contribution, Known, contributions
from scoring.domain.days import date_of, day_number, microseconds
from scoring.domain.effects import Tally
from scoring.domain.kinds import KINDS
from scoring.domain.policy import Policy
from scoring.domain.replay import Interaction, Setting, effects_of, unique
from scoring.domain.state import State
from scoring.domain.thresholds import Thresholds
from scoring.domain.words import SCORE_WORDS, words

MOST_EVENTS: Final = 50  # newest first; what is older is inside oldest_day


class ScoreUnknown(Malformed):
    """No score of that name can be explained."""

    code = "unknown_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`share` of the score (0 where the score is 0); days and events of the kinds that made the part."""

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
    value: float | None
    parts: list[Part]
    sentences: dict[str, str]

    def as_mapping(self, language: str = "en") -> dict[str, Any]:
        """The answer of GET .../explain."""
        parts = [asdict(part) for part in self.parts]
        return {"score": self.score, "value": self.value, "parts": parts, "sentence": self.sentences[language]}


def explain(
    name: str,
    interactions: Iterable[Interaction],
    as_of: date,
    policy: Policy,
    thresholds: Thresholds,
    setting: Setting,
) -> Explanation:
    """Explain one score of one customer (with its aliases). Raises ScoreUnknown, EventMalformed."""
    if name not in EXPLAINED:
        raise ScoreUnknown(f"there is no score {name!r} to explain; one of {', '.join(EXPLAINED)}", score=name)
    state, day = State(), day_number(as_of)
    told: dict[str, list[tuple[int, int, str]]] = {}
    for one in unique(interactions):
        found = effects_of(one, policy, setting)
        state.apply(found)
        for effect in found:
            if effect.day <= day:
                kind = KINDS[effect.kind] if isinstance(effect, Tally) else PURCHASE
                told.setdefault(kind, []).append((effect.day, microseconds(one.time), f"{one.source}/{one.id}"))
    columns = score(pack_states([state]), as_of, policy, thresholds)
    value = _value(name, columns)
    if value is None:
        return Explanation(score=name, value=None, parts=[], sentences=_unknown(name))
    known = Known(state, day, columns, policy, thresholds)
    parts = [_part(each, value, told) for each in contributions(name, known)]
    return Explanation(score=name, value=value, parts=parts, sentences=_sentences(name, value, parts))


def _value(name: str, columns: Columns) -> float | None:
    known = {
        "experience": columns.experience_known,
        "evaluation": columns.evaluation_known,
        "evolution": columns.evolution_known,
        "strength": columns.strength_known,
        "reciprocity": columns.reciprocity_known,
        "churn_risk": columns.bought,
        "clv_minor": columns.bought,
        "care.health": columns.bought,
        "care.cs": columns.care_cs_known,
        "care.cf": columns.care_cf_known,
    }
    if name in known and not known[name][0]:
        return None
    return float(getattr(columns, name.replace(".", "_"))[0])


def _part(found: Contribution, value: float, told: dict[str, list[tuple[int, int, str]]]) -> Part:
    events = sorted({event for kind in found.kinds for event in told.get(kind, ())}, reverse=True)
    return Part(
        component=found.component,
        kind=found.kind,
        points=found.points,
        share=found.points / value if value else 0.0,
        oldest_day=date_of(events[-1][0]).isoformat() if events else None,
        newest_day=date_of(events[0][0]).isoformat() if events else None,
        events=list(dict.fromkeys(event for _, _, event in events))[:MOST_EVENTS],
    )


def _sentences(name: str, value: float, parts: list[Part]) -> dict[str, str]:
    largest = sorted(parts, key=lambda part: -abs(part.points))[:3]
    english, chinese = SCORE_WORDS[name]
    digits = 2 if name in ("reciprocity", "churn_risk", "personal_contact") else 1
    en, zh = [], []
    for part in largest:
        said = words(part.component, part.kind)
        newest = "" if part.newest_day is None else f" (last {part.newest_day})"
        latest = "" if part.newest_day is None else f"（最近 {part.newest_day}）"
        en.append(f"{part.points:+.{digits}f} from {said[0]}{newest}")
        zh.append(f"{said[1]} {part.points:+.{digits}f}{latest}")
    if not parts:
        return {
            "en": f"{english} is {value:.{digits}f}: nothing adds to it.",
            "zh": f"{chinese}为 {value:.{digits}f}：暂无贡献。",
        }
    return {
        "en": f"{english} is {value:.{digits}f}: {', '.join(en)}.",
        "zh": f"{chinese}为 {value:.{digits}f}：{'，'.join(zh)}。",
    }


def _unknown(name: str) -> dict[str, str]:
    english, chinese = SCORE_WORDS[name]
    return {"en": f"{english} is unknown: too little is recorded.", "zh": f"{chinese}未知：记录太少。"}


def difference(before: Explanation, after: Explanation) -> dict[str, Any]:
    """What moved between two explanations of one score: per part its points before, after and their difference."""
    one = {(part.component, part.kind): part.points for part in before.parts}
    two = {(part.component, part.kind): part.points for part in after.parts}
    moved = {part: two.get(part, 0.0) - one.get(part, 0.0) for part in [*one, *two]}
    parts = [
        {
            "component": part[0],
            "kind": part[1],
            "before": one.get(part, 0.0),
            "after": two.get(part, 0.0),
            "points": moved[part],
        }
        for part in sorted(moved, key=lambda part: -abs(moved[part]))
    ]
    return {"score": after.score, "from": before.value, "to": after.value, "parts": parts}
