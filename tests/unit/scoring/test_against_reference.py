"""Does the vectorised reading of the page equal the one-by-one reading?"""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import columns_of, on
from tests.unit.scoring.reference import judge
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.card import Cards
from scoring.domain.state.replay import Interaction

# The card is rounded to 1e-6, half-even; a difference beyond that and 1e-9 is one.
CLOSE = 0.5e-6 + 1e-9
SCORES = [
    "experience",
    "engagement",
    "exchange",
    "evaluation",
    "evolution",
    "strength",
    "coverage",
    "personal_contact",
    "reciprocity",
    "trust",
]
CARE = ["health", "priority", "coverage", "cs", "cl", "cv", "ce", "cf"]
RFM = ["frequency", "monetary_minor", "r", "f", "m", "named", "chinese"]


@given(st.lists(stories, min_size=1, max_size=4), as_of_days)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_figure_of_the_card_equals_the_plain_reading(customers: list[list[Interaction]], day: int) -> None:
    cards = Cards(columns_of(*customers, day=day), "CNY")
    for number, events in enumerate(customers):
        compare(cards.card(number, "c"), judge(events, on(day)))


def compare(card: dict[str, Any], plain: dict[str, Any]) -> None:
    for name in SCORES:
        close(name, card["scores"][name], plain[name])
    close("churn_risk", card["churn_risk"], plain["churn_risk"])
    for name in CARE:
        close(f"care.{name}", card["care"][name], plain["care"][name])
    for name in RFM:
        assert card["rfm"][name] == plain[name], name
    assert card["rfm"]["recency_days"] == plain["idle"]
    assert card["rfm"]["segment"] == plain["raw_segment"]
    for name, expected in (
        ("segment", "segment"),
        ("tier", "shown_tier"),
        ("status", "status"),
        ("churn_band", "churn_band"),
        ("severe", "severe"),
        ("stage", "stage"),
        ("key_account", "key_account"),
        ("clv_minor", "clv_minor"),
    ):
        assert card[name] == plain[expected], name


def close(name: str, value: float | None, plain: float | None) -> None:
    if value is None or plain is None:
        assert value is plain, name
    else:
        assert abs(value - plain) <= CLOSE, (name, value, plain)
