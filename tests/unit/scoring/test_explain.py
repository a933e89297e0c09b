"""Do the parts of an explained score sum to it, and name the events that made it?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import POLICY, SETTING, card_of, event, on, order
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.contributions import EXPLAINED
from scoring.domain.explain import ScoreUnknown, difference, explain
from scoring.domain.replay import Interaction


@given(stories, as_of_days, st.sampled_from(sorted(EXPLAINED)))
@settings(max_examples=60, deadline=None)
def test_parts_sum_to_the_score_of_the_card(story: list[Interaction], day: int, name: str) -> None:
    card = card_of(story, day=day)
    outer, _, inner = name.partition(".")
    shown = card[outer][inner] if inner else card["scores"].get(name, card.get(name))
    explained = explain(name, story, on(day), POLICY, POLICY.fixed, SETTING)
    assert explained.value == shown
    if shown is None:
        assert explained.parts == []
        return
    assert sum(part.points for part in explained.parts) == pytest.approx(shown, abs=1e-6)
    for part in explained.parts:
        assert part.share == (0 if shown == 0 else part.points / shown)
        assert (part.oldest_day is None) == (part.newest_day is None) == (part.events == [])
        assert (
            part.newest_day is None
            or part.oldest_day is None
            or part.oldest_day <= part.newest_day <= on(day).isoformat()
        )


def test_a_part_names_its_kind_its_days_and_its_events_newest_first() -> None:
    story = [event("event.attended", day, id_=f"e-{day}") for day in (0, 10, 20)] + [event("page.viewed", 5, id_="v")]
    told = explain("engagement", story, on(15), POLICY, POLICY.fixed, SETTING)
    attended = max(told.parts, key=lambda part: part.points)
    assert attended.kind == "event_attend"
    assert attended.events == ["shop/e-10", "shop/e-0"]
    assert (attended.oldest_day, attended.newest_day) == (on(0).isoformat(), on(10).isoformat())


def test_the_sentence_names_the_largest_contributions_in_both_languages() -> None:
    story = [order(0, 50000), event("event.attended", 0)]
    told = explain("strength", story, on(0), POLICY, POLICY.fixed, SETTING)
    assert told.as_mapping()["sentence"].startswith("Strength is ")
    assert "Exchange" in told.sentences["en"]
    assert told.as_mapping("zh")["sentence"].startswith("关系强度为")
    risk = explain("churn_risk", [order(0), order(40)], on(45), POLICY, POLICY.fixed, SETTING)
    assert [part.component for part in risk.parts] == ["churn_risk.silence", "churn_risk.repeats"]
    assert risk.parts[1].points < 0


def test_an_unknown_score_says_so_and_a_strange_name_is_refused() -> None:
    told = explain("experience", [], on(0), POLICY, POLICY.fixed, SETTING)
    assert told.value is None
    assert "unknown" in told.sentences["en"]
    with pytest.raises(ScoreUnknown):
        explain("luck", [], on(0), POLICY, POLICY.fixed, SETTING)


def test_the_difference_of_two_days_is_the_difference_of_their_parts() -> None:
    story = [event("event.attended", 0), event("page.viewed", 10)]
    days = [explain("engagement", story, on(day), POLICY, POLICY.fixed, SETTING) for day in (0, 10)]
    moved = difference(*days)
    assert sum(part["points"] for part in moved["parts"]) == pytest.approx(moved["to"] - moved["from"], abs=2e-6)
    assert [part["kind"] for part in moved["parts"]] == ["event_attend", "visit"]
