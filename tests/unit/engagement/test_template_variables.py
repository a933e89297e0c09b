"""With which values is a text filled, and what is left out?"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engagement.domain.template import VARIABLES
from engagement.domain.template_variables import FESTIVAL_NAMES, variables_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
FACTS = {
    "event": {"source": "shop", "id": "o-1", "type": "order.completed"},
    "case_id": "case_3",
    "festival": "mid_autumn",
    "data": {
        "order_id": "1001",
        "url": "https://care.example.com/s/x",
        "survey_kind": "csat",
        "severity": "severe",
        "touchpoint": "delivery",
        "expires_at": "2026-12-25T23:59:59+08:00",
    },
}


def values(**told: object) -> dict[str, str]:
    usual = {"shop": "Lotus", "language": "zh", "zone": SHANGHAI, "profile": {}, "facts": {}}
    return variables_for(**(usual | told))  # type: ignore[arg-type]


def test_occasion_profile_and_card_fill_the_text() -> None:
    due = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    told = values(profile={"name": " 安 "}, facts=FACTS, card={"tier": "intimate", "churn_band": "high"}, due_at=due)
    assert told == {
        "shop": "Lotus",
        "name": "安",
        "case_id": "case_3",
        "festival": "mid_autumn",
        "festival_name": "中秋节",
        "order_id": "1001",
        "survey_url": "https://care.example.com/s/x",
        "survey_kind": "csat",
        "severity": "severe",
        "touchpoint": "delivery",
        "expires_at": "12月25日 23:59",
        "tier": "intimate",
        "tier_name": "亲密关系",
        "churn_band": "high",
        "due_at": "11月24日 18:00",
    }
    assert told.keys() <= set(VARIABLES)


@pytest.mark.parametrize(
    ("language", "line"),
    [("zh", "tea：green、white；calls：否；size：42"), ("en", "tea: green, white; calls: no; size: 42")],
)
def test_preferences_are_told_in_one_line(language: str, line: str) -> None:
    preferences = {"tea": ["green", "white"], "calls": False, "size": 42}
    assert values(language=language, preferences=preferences)["preferences"] == line


def test_english_texts_get_english_words() -> None:
    told = values(language="en", facts=FACTS, card={"tier": "face_to_face"})
    assert (told["festival_name"], told["tier_name"]) == ("the Mid-Autumn Festival", "face to face")
    assert told["expires_at"] == "25 December, 23:59"


@pytest.mark.parametrize("name", [None, "", "  ", "\n"])
def test_what_is_unknown_or_empty_is_left_out(name: str | None) -> None:
    assert values(profile={"name": name}) == {"shop": "Lotus"}


def test_a_name_writes_no_second_line() -> None:
    assert values(profile={"name": "Ann\r\nBcc: x@example.com"})["name"] == "Ann Bcc: x@example.com"


def test_nobody_is_greeted_by_name_of_a_day_of_mourning() -> None:
    assert not {"qingming", "zhongyuan"} & FESTIVAL_NAMES.keys()
