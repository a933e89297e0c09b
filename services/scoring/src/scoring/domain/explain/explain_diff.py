"""Why is a score or category another than on another day, or by another policy?

Source: scoring-model.md section 6. Each part of both explanations is compared; the differences sum to the difference of
the scores, an unknown score counting as 0. A category says what it was, what it is, and why it is that now.
Example: Engagement 42.565082, ten days later 33.8: one part, event_attend, -8.8 points.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from scoring.domain.explain import sentences
from scoring.domain.explain.categories import RULES
from scoring.domain.explain.explain import Explanation, Part, View, explain_view
from scoring.domain.explain.metrics import CATEGORIES, NUMBERS, SHOWN, values_of

MOST_SCORES: Final = 5
# How many points one unit weighs when scores are ranked by how far they moved; the others weigh 1.
_WEIGHTS: Final = {
    "coverage": 100,
    "personal_contact": 25,
    "reciprocity": 100,
    "churn_risk": 100,
    "care.coverage": 100,
    "rfm.r": 20,
    "rfm.f": 20,
    "rfm.m": 20,
}
_NEVER_RANKED: Final = frozenset({"rfm.recency_days", "rfm.frequency", "rfm.monetary_minor", "clv_minor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One part before and after; `events` are those that only the later one rests on."""

    component: str
    kind: str | None
    before: float
    after: float
    points: float
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`points` is to - from. Parts: the largest difference first.

    Of a category points is None, and the parts are the figures of its rules that moved.
    """

    score: str
    before: Any
    after: Any
    points: float | None
    parts: list[Moved]
    sentences: dict[str, str]

    def as_mapping(self, language: str = "en") -> dict[str, Any]:
        """One entry of GET .../explain-diff."""
        ends = {"score": self.score, "from": self.before, "to": self.after, "points": self.points}
        return {**ends, "parts": [asdict(part) for part in self.parts], **_said(self.sentences, language)}


def _said(sentences_: dict[str, str], language: str) -> dict[str, Any]:
    return {"sentence": sentences_[language], "sentences": sentences_}


def explain_diff(before: View, after: View, name: str | None = None) -> list[Difference]:
    """One metric, or without a name every shown dimension and the scores that moved most."""
    names = [name] if name is not None else [*SHOWN, "severe", *_moved_most(before, after)]
    return [
        _of_category(one, before, after)
        if one in CATEGORIES
        else difference(explain_view(one, before), explain_view(one, after), after.currency)
        for one in names
    ]


def summary(found: Sequence[Difference]) -> dict[str, str]:
    """What moved, in both languages: the categories that changed and the scores that moved most."""
    told = [one for one in found if one.before != one.after] or list(found[:1])
    return {
        "en": " ".join(one.sentences["en"] for one in told),
        "zh": "".join(one.sentences["zh"] for one in told),
    }


def difference(before: Explanation, after: Explanation, currency: str) -> Difference:
    """What moved between two explanations of one score."""
    parts = _moved(before.parts, after.parts)
    moved = float(after.value or 0) - float(before.value or 0)
    named = [(part.component, part.kind, part.points, _newest(after.parts, part)) for part in parts if part.points]
    said = sentences.moved(after.score, before.value, after.value, named, currency)
    return Difference(
        score=after.score,
        before=before.value,
        after=after.value,
        points=moved,
        parts=parts,
        sentences=said.as_mapping(),
    )


def _of_category(name: str, before: View, after: View) -> Difference:
    """Was and is, the figures of its rules that moved, and why it is what it is now."""
    was, now = values_of(name, before.known.columns)[0], explain_view(name, after, ahead=False)
    said = sentences.changed(name, was, now.value)
    parts = [part for part in _moved(_figures(name, before), _figures(name, after)) if part.points]
    return Difference(
        score=name,
        before=was,
        after=now.value,
        points=None,
        parts=parts,
        sentences={"en": f"{said.en} {now.sentences['en']}", "zh": f"{said.zh}{now.sentences['zh']}"},
    )


def _figures(name: str, seen: View) -> list[Part]:
    """The figures that the category's rules look at, each once."""
    found: dict[str, Part] = {}
    for rule in RULES[name](seen.known):
        for one in (one for clause in rule.clauses for one in clause):
            events = seen.evidence.of(one.kinds, until=seen.known.day, days=one.days)
            found[one.name] = Part(
                component=f"{name}.{one.name}",
                kind=None,
                points=one.figure or 0.0,
                share=0.0,
                oldest_day=events.oldest_day,
                newest_day=events.newest_day,
                events=events.events,
            )
    return list(found.values())


def _moved(before: Iterable[Part], after: Iterable[Part]) -> list[Moved]:
    one = {(part.component, part.kind): part for part in before}
    two = {(part.component, part.kind): part for part in after}
    found = []
    for key in {**one, **two}:
        was, now = one.get(key), two.get(key)
        first, last = 0.0 if was is None else was.points, 0.0 if now is None else now.points
        known = set() if was is None else set(was.events)
        events = [] if now is None else [event for event in now.events if event not in known]
        found.append(Moved(component=key[0], kind=key[1], before=first, after=last, points=last - first, events=events))
    return sorted(found, key=lambda part: -abs(part.points))


def _newest(parts: Iterable[Part], moved: Moved) -> str | None:
    """The newest day of a part that something new was added to."""
    if not moved.events:
        return None
    return next((one.newest_day for one in parts if (one.component, one.kind) == (moved.component, moved.kind)), None)


def _moved_most(before: View, after: View) -> list[str]:
    found = []
    for name in NUMBERS:
        if name not in _NEVER_RANKED:
            was, now = (values_of(name, seen.known.columns)[0] or 0 for seen in (before, after))
            found.append((-abs(now - was) * _WEIGHTS.get(name, 1), name))
    return [name for moved, name in sorted(found)[:MOST_SCORES] if moved]
