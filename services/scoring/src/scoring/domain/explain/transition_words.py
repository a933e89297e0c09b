"""How is a transition said: what became what, on which day, why, and what moved?

Source: scoring-model.md section 8, rule 3, and events.md section 4 (causes). The reasons are those that were published.
Example: "Segment went from potential to active on 2026-11-20 because of an event of these days: rfm.frequency +3."
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from scoring.domain.explain.sentences import Both
from scoring.domain.explain.words import SCORE_WORDS
from scoring.domain.explain.words_of_categories import value_words

CAUSE_WORDS: Final = {
    "event": ("because of a new event", "因新事件"),
    "late": ("because of an event that came late", "因迟到的事件"),
    "time": ("because time went by", "因时间推移"),
    "merge": ("because identities were joined or parted", "因身份合并或拆分"),
    "policy": ("because the policy changed", "因策略变更"),
    "thresholds": ("because the thresholds were calibrated", "因阈值校准"),
}
RULES_MOVED: Final = frozenset({"policy", "thresholds"})
_FIGURES: Final = {
    "rfm.recency": "rfm.r",
    "rfm.frequency": "rfm.f",
    "rfm.monetary": "rfm.m",
    "clv": "clv_minor",
}


def of_transition(
    dimension: str, was: Any, now: Any, *, on: date, cause: str, reasons: Iterable[tuple[str, float]]
) -> Both:
    """`reasons`: figures and points, as published; where the rules moved, the figures did not, and are not told."""
    said, before, after = SCORE_WORDS[dimension], value_words(was), value_words(now)
    why = CAUSE_WORDS[cause]
    told = [] if cause in RULES_MOVED else reasons
    moved = [(SCORE_WORDS.get(_FIGURES.get(name, name), (name, name)), points) for name, points in told]
    en = ", ".join(f"{name[0]} {points:+g}" for name, points in moved)
    zh = "，".join(f"{name[1]} {points:+g}" for name, points in moved)
    return Both(
        f"{said[0]} went from {before[0]} to {after[0]} on {on} {why[0]}{': ' + en if en else ''}.",
        f"{said[1]}于 {on} {why[1]}由{before[1]}变为{after[1]}{'：' + zh if zh else ''}。",
    )
