"""Do the parts of an explained score name the events that made it? (test_explain_all.py: do they sum to it?)"""

import pytest
from tests.unit.scoring.build import POLICY, SETTING, event, on, order

from scoring.domain.explain.explain import ScoreUnknown, explain


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
