"""Does the card in full say everything once, and what is not known under its reason?"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from guanxi_cli.demo.card import card_rows
from guanxi_cli.demo.figures import percent
from guanxi_cli.demo.sample import EVENTS, sample_lines


def test_unknown_fields_stand_together_under_their_reason() -> None:
    card = {
        "tier": "brand",
        "severe": False,
        "stage": None,
        "care": {"cs": None, "cl": None},
        "scores": {"exchange": 53.846, "experience": None},
        "unknown": {
            "stage": "not_in_this_version",
            "care.cs": "not_in_this_version",
            "care.cl": "not_in_this_version",
            "scores.experience": "no_events",
        },
    }
    assert card_rows(card) == [
        ("tier", "brand"),
        ("severe", "no"),
        ("scores", "exchange 53.85"),
        ("unknown: not in this version", "stage, care (cs, cl)"),
        ("unknown: no events", "scores (experience)"),
    ]


def test_the_portrait_reads_in_a_line_a_question_without_its_events() -> None:
    card = {
        "habits": {
            "weekday": {"value": "thursday", "share": 0.5, "n": 3, "events": ["shop/o-1"]},
            "hour": {"value": 12, "share": 1.0, "n": 3, "events": []},
            "channel": None,
            "interval": {"days": 20.0, "next_expected_on": "2026-12-01", "n": 2, "events": []},
        },
        "preferences": {
            "facts": [{"key": "drink", "value": "tea", "source": "stated", "confidence": 0.8}],
            "shifts": [],
        },
        "portrait": {
            "relation": {"type": "member", "promise": {"zh": "如期", "en": "kept"}, "n": 1, "events": ["shop/o-1"]},
            "pain": {"touchpoints": [{"touchpoint": "delivery", "pain": 50.0}], "n": 1},
            "distance": None,
            "is_cut": False,
            "events_read": 9,
        },
        "unknown": {"portrait.distance": "not_distant", "habits.channel": "too_few"},
    }
    assert card_rows(card) == [
        ("habits", "thursday, around 12:00, every 20 days, next expected 2026-12-01"),
        ("preferences", "drink tea (stated, 0.80)"),
        ("relation", "type member, promise kept"),
        ("pain", "touchpoints delivery"),
        ("events read", "9"),
        ("unknown: not distant", "portrait (distance)"),
        ("unknown: too few", "habits (channel)"),
    ]


@pytest.mark.parametrize(("share", "text"), [(0.5, "50.0%"), (-0.0001, "0.0%"), (-0.0011, "-0.1%"), (-0.1, "-10.0%")])
def test_a_share_of_nothing_has_no_minus(share: float, text: str) -> None:
    assert percent(share) == text


def test_as_recorded_keeps_the_dates_and_otherwise_whole_weeks_are_added() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    recorded = [str(event["time"]) for _, event in sample_lines(now, as_recorded=True) if isinstance(event, dict)]
    moved = [str(event["time"]) for _, event in sample_lines(now, as_recorded=False) if isinstance(event, dict)]
    assert len(recorded) == len(moved) == EVENTS
    assert max(recorded) == "2011-12-09T12:50:00+08:00"
    assert max(moved) == "2026-11-20T12:50:00+08:00"
