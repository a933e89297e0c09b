"""Which scores and categories of a card can be asked for by name, and what is their value?

Source: scoring-model.md section 6 and events.md section 4. The name is the card's path, without `scores.`; the names
are those that GET .../explain and .../history know. What somebody wrote with `scores.` before it is understood too.
Example: `values_of("strength", columns)` is the card's `scores.strength` of each customer, null where it is unknown.
"""

from typing import Any, Final

from common.errors import Malformed
from scoring.domain.card import Cards
from scoring.domain.columns import Columns
from scoring.domain.fields import value_on

CATEGORIES: Final = (
    "severe",
    "segment",
    "rfm.segment",
    "rfm.named",
    "rfm.chinese",
    "tier",
    "stage",
    "status",
    "key_account",
    "churn_band",
)
SHOWN: Final = ("segment", "tier", "stage", "status", "key_account", "churn_band")
_SCORES: Final = (
    "experience",
    "engagement",
    "exchange",
    "evaluation",
    "evolution",
    "strength",
    "coverage",
    "trust",
    "personal_contact",
    "reciprocity",
)
NUMBERS: Final = (
    *_SCORES,
    "rfm.recency_days",
    "rfm.frequency",
    "rfm.monetary_minor",
    "rfm.r",
    "rfm.f",
    "rfm.m",
    "churn_risk",
    "clv_minor",
    "care.health",
    "care.priority",
    "care.coverage",
    "care.cs",
    "care.cl",
    "care.cv",
    "care.ce",
    "care.cf",
)
METRICS: Final = (*NUMBERS, *CATEGORIES)


class ScoreUnknown(Malformed):
    """No score or category of that name is on the card."""

    code = "unknown_score"


def metric_named(asked: str) -> str:
    """The metric's name. Raises ScoreUnknown."""
    name = asked.removeprefix("scores.")
    if name not in METRICS:
        raise ScoreUnknown(f"There is no score {asked[:64]!r}; one of {', '.join(METRICS)}.", score=asked[:64])
    return name


def path_of(name: str) -> str:
    """Where the metric stands on the card."""
    return f"scores.{name}" if name in _SCORES else name


def all_values(columns: Columns) -> dict[str, list[Any]]:
    """Every metric of each customer as the card shows it."""
    fields = Cards(columns, "").fields
    return {name: [value_on(fields[path_of(name)], i) for i in range(columns.size)] for name in METRICS}


def values_of(name: str, columns: Columns) -> list[Any]:
    """The metric of each customer as the card shows it."""
    field = Cards(columns, "").fields[path_of(name)]
    return [value_on(field, i) for i in range(columns.size)]


def why_null(name: str, columns: Columns) -> str:
    """The code of an unknown metric of the first customer."""
    codes: dict[str, str] = value_on(Cards(columns, "").fields["unknown"], 0)
    return codes.get(path_of(name), "no_events")
