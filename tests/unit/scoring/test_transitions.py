"""Is a transition noted exactly when a shown dimension moved after it had been published?"""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from tests.unit.scoring.build import POLICY, SETTING, at, columns_of, event, on, order
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.changes import NEWS_BYTES, changes, dimensions_differ, published, reasons, told_cause
from scoring.domain.explain.transition_words import CAUSE_WORDS, RULES_MOVED, of_transition
from scoring.domain.policy.rules import Rules
from scoring.domain.state.replay import Interaction, replay
from scoring.store.states import Standing
from scoring.usecases.judge_customers import Candidate, judge_customers

Story = list[Interaction]
RULES = Rules.of(POLICY)


def judged(candidate: Candidate, day: int) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in judge_customers([candidate], today=on(day), now=at(day), rules=RULES, currency="CNY")[2]
    ]


def somebody(story: Story) -> Candidate:
    return Candidate("c-1", 0, Standing(replay(story, POLICY, SETTING)), "event")


def test_a_first_publication_is_no_transition() -> None:
    assert judged(somebody([order(0)]), 0) == []


def test_a_dimension_that_moved_is_noted_once_with_its_cause_and_at_most_five_events() -> None:
    one = somebody([order(0)])
    judged(one, 0)
    one.standing = Standing(
        replay([order(0), *(order(1, 40_000) for _ in range(7))], POLICY, SETTING), one.standing.published
    )
    one.caused_by = [("shop", f"o-{number}") for number in range(7)]
    noted = judged(one, 1)
    assert [row[3:6] for row in noted] == [
        ("segment", "potential", "high_value"),
        ("stage", "initial_contact", "trust_building"),
        ("key_account", "false", "true"),
        ("churn_band", "medium", "low"),
    ]
    assert {row[0] for row in noted} == {"c-1"}
    assert {row[6] for row in noted} == {"event"}
    assert [each["id"] for each in msgspec.json.decode(str(noted[0][7]))] == [f"o-{number}" for number in range(2, 7)]
    assert {reason["component"] for reason in msgspec.json.decode(str(noted[0][8]))}
    assert noted[0][9:] == ("1", "fixed")
    assert judged(one, 1) == []


@pytest.mark.parametrize(
    ("asked", "policy", "thresholds", "told"),
    [
        ("event", "1", "fixed", "event"),
        ("time", "1", "fixed", "time"),
        ("time", "2", "fixed", "policy"),
        ("event", "2", "t-1", "policy"),
        ("late", "1", "t-1", "thresholds"),
        ("policy", "1", "t-1", "thresholds"),
        ("thresholds", "1", "fixed", "time"),
        ("merge", "2", "t-1", "merge"),
    ],
)
def test_what_new_rules_moved_is_told_as_theirs(asked: str, policy: str, thresholds: str, told: str) -> None:
    before = columns_of([order(0)], day=0)
    after = replace(columns_of([order(0), order(1)], day=1), policy_version=policy, thresholds_version=thresholds)
    assert told_cause(asked, published(before)[0], published(after)[0]) == told
    assert told_cause(asked, published(before)[0][NEWS_BYTES], published(after)[0]) == asked, "of an older format"


def test_other_rules_alone_are_no_news() -> None:
    columns = columns_of([order(0)], day=0)
    before, after = published(columns)[0], published(replace(columns, policy_version="2"))[0]
    assert before != after
    assert before[NEWS_BYTES] == after[NEWS_BYTES]
    assert changes(before[NEWS_BYTES], after) == []
    assert reasons(before[NEWS_BYTES], after, []) == []


@given(stories, as_of_days, as_of_days)
@settings(max_examples=15, deadline=None)
def test_bytes_differ_where_changes_are(story: Story, first: int, last: int) -> None:
    before, after = (published(columns_of(story, day=day))[0] for day in (first, last))
    assert dimensions_differ(before, after) == bool(changes(before, after))


@pytest.mark.parametrize("cause", sorted(CAUSE_WORDS))
def test_a_transition_is_said_in_both_languages(cause: str) -> None:
    said = of_transition("tier", "distant", "brand", on=on(0), cause=cause, reasons=[("rfm.frequency", 3)])
    moved = "" if cause in RULES_MOVED else ": Frequency rank F +3"
    assert said.en == f"Tier went from distant to brand on {on(0)} {CAUSE_WORDS[cause][0]}{moved}."
    assert said.zh.startswith(f"关系层次于 {on(0)} {CAUSE_WORDS[cause][1]}由疏远关系变为品牌关系")
    assert of_transition("status", None, "active", on=on(0), cause=cause, reasons=[]).en.startswith(
        "Status went from unknown to active"
    )


def test_an_event_that_moves_nothing_shown_is_no_transition() -> None:
    one = somebody([order(0)])
    judged(one, 0)
    one.standing = Standing(replay([order(0), event("page.viewed", 0)], POLICY, SETTING), one.standing.published)
    assert judged(one, 0) == []
