"""Is a metric over days what each day alone shows?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import POLICY, SETTING, card_of, on, order
from tests.unit.scoring.stories import LAST_DAY, stories

from scoring.domain.explain.history import MOST_DAYS, History, HistoryImpossible, history
from scoring.domain.explain.metrics import METRICS, ScoreUnknown, path_of
from scoring.domain.state.replay import Interaction, replay

Story = list[Interaction]


def over(metric: str, story: Story, first: int, last: int) -> History:
    state = replay(story, POLICY, SETTING)
    return history(metric, state, first=on(first), last=on(last), policy=POLICY, thresholds=POLICY.fixed)


@given(stories, st.sampled_from(METRICS), st.integers(0, LAST_DAY), st.integers(0, 90))
@settings(max_examples=10, deadline=None)
def test_each_day_shows_what_its_card_shows(story: Story, metric: str, first: int, more: int) -> None:
    found = over(metric, story, first, first + more)
    assert list(found.days) == [on(first + number) for number in range(more + 1)]
    for number in {0, more // 2, more}:
        value = card_of(story, day=first + number)
        for step in path_of(metric).split("."):
            value = value[step]
        assert found.values[number] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value)


def test_a_category_marks_the_days_on_which_it_changed() -> None:
    found = over("status", [order(0)], 178, 366)
    assert [(step.day, step.before, step.after) for step in found.steps] == [
        (on(180), "active", "dormant"),
        (on(365), "dormant", "lost"),
    ]
    assert over("engagement", [order(0)], 0, 10).steps == []


def test_later_events_change_no_earlier_day() -> None:
    early = [order(0, 30_000), order(40)]
    assert over("exchange", early, 0, 60).values == over("exchange", [*early, order(61, 90_000)], 0, 60).values


def test_three_years_are_judged_at_once_and_more_is_refused() -> None:
    assert len(over("strength", [order(0)], 0, MOST_DAYS - 1).values) == MOST_DAYS
    with pytest.raises(HistoryImpossible, match="1,101 days"):
        over("strength", [order(0)], 0, MOST_DAYS)
    with pytest.raises(HistoryImpossible):
        over("strength", [order(0)], 1, 0)
    with pytest.raises(ScoreUnknown):
        over("luck", [order(0)], 0, 1)


def test_the_longer_the_past_the_fewer_days_are_judged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.domain.explain.history.MOST_JUDGED", 30)
    assert len(over("strength", [order(0)], 0, 9).values) == 10
    with pytest.raises(HistoryImpossible, match="ask for at most 10 days"):
        over("strength", [order(0)], 0, 10)
