"""Has every score and category of the card its reason, and does the reason add up, whatever happened?"""

from dataclasses import replace
from math import fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import MAPPING, POLICY, SETTING, card_of, event, nps, on, order, rating
from tests.unit.scoring.stories import as_of_days, stories

from scoring.domain.explain.categories import OTHERWISE, RULES, reasons_of
from scoring.domain.explain.conditions import deciding
from scoring.domain.explain.contributions import EXPLAINED
from scoring.domain.explain.explain import Explanation, View, explain, explain_view, view
from scoring.domain.explain.metrics import CATEGORIES, METRICS, NUMBERS, path_of
from scoring.domain.explain.next_step import STEPPED, NextStep, Way, next_step, smallest
from scoring.domain.explain.parts import look
from scoring.domain.explain.sentences_of_categories import of_next
from scoring.domain.explain.words_of_money import money
from scoring.domain.policy.policy import Policy
from scoring.domain.state.days import date_of, day_number
from scoring.domain.state.replay import Interaction

Story = list[Interaction]
few = settings(max_examples=12, deadline=None)


def seen(story: Story, day: int) -> View:
    return view(story, on(day), POLICY, POLICY.fixed, SETTING)


def told(name: str, story: Story, day: int) -> Explanation:
    return explain(name, story, on(day), POLICY, POLICY.fixed, SETTING)


def on_card(card: dict[str, Any], name: str) -> Any:
    value: Any = card
    for step in path_of(name).split("."):
        value = value[step]
    return value


def test_every_figure_and_category_of_the_card_can_be_explained() -> None:
    card = card_of([order(0)], day=0)
    scalar = {f"{outer}.{inner}" for outer in ("scores", "rfm", "care") for inner in card[outer]}
    scalar |= {name for name, value in card.items() if not isinstance(value, dict)}
    assert {path_of(name) for name in METRICS} == scalar - {"customer", "as_of", "currency"}
    assert set(EXPLAINED) == set(NUMBERS)
    assert set(RULES) == set(CATEGORIES)


@given(stories, as_of_days)
@few
def test_every_score_has_parts_that_sum_to_what_the_card_shows(story: Story, day: int) -> None:
    card, at = card_of(story, day=day), seen(story, day)
    for name in NUMBERS:
        explained = explain_view(name, at)
        assert explained.value == on_card(card, name)
        if explained.value is None:
            assert explained.parts == []
            assert "unknown" in explained.sentences["en"]
            continue
        assert fsum(part.points for part in explained.parts) == pytest.approx(explained.value, abs=1e-8), name
        assert all(part.share == (part.points / explained.value if explained.value else 0) for part in explained.parts)
        assert all(part.newest_day is None or part.newest_day <= on(day).isoformat() for part in explained.parts)


ODD = Policy.from_mapping(
    {
        **MAPPING,
        "version": "odd",
        "stage": {
            "guard_days": 0,
            "long_term": {
                "tenure_at_least": 30,
                "active_quarters_at_least": 1,
                "risk_below": 1,
                "evaluation_at_least": 90,
            },
            "loyalty": {"purchase_days_at_least": 1, "within_days": 10, "tenure_at_least": 0},
            "trust_building": {"purchase_days_at_least": 1, "or_one_and_contacts_at_least": 9},
        },
        "tier": {**MAPPING["tier"], "guard_days": 5, "face_to_face": {"personal_above": 0, "engagement_at_least": 1}},
        "segment": {
            "guard_days": 60,
            "new_below_days": 3,
            "rules": [
                {"segment": "high_value", "m_at_least": 2, "r_at_most": 4},
                {"segment": "active", "m_at_least": 1},
            ],
        },
    }
)


@given(stories, as_of_days, st.sampled_from(CATEGORIES), st.sampled_from([POLICY, POLICY, ODD]))
@settings(max_examples=30, deadline=None)
def test_every_category_rests_on_a_rule_that_gives_it(story: Story, day: int, name: str, policy: Policy) -> None:
    known = view(story, on(day), policy, policy.fixed, SETTING).known
    value = on_card(card_of(story, day=day, policy=policy), name)
    found = reasons_of(name, known)
    if found is None:
        assert value is None
        return
    assert found.value == value
    shown = value if found.cap is None else found.cap.would_be
    then = look(known.state, found.day, policy, policy.fixed)
    rule = deciding(RULES[name](then))
    assert (OTHERWISE[name] if rule is None else rule.value) == shown
    assert rule is None or (found.rule, found.clauses) == (rule.value, rule.clauses)
    assert (found.held is not None) == (found.day != known.day)
    if found.cap is not None:
        assert known.columns.severe[0]
    if found.turn is not None:
        turn = _day(found.turn.day)
        ahead = [card_of(_until(story, day), day=later, policy=policy) for later in (turn - 1, turn)]
        assert [on_card(card, name) for card in ahead] == [value, found.turn.value]


@given(stories, as_of_days, st.sampled_from(METRICS))
@few
def test_later_events_change_no_explanation(story: Story, day: int, name: str) -> None:
    assert explain_view(name, seen(story, day)) == explain_view(name, seen(_until(story, day), day))


def _until(story: Story, day: int) -> Story:
    return [one for one in story if one.time.astimezone(SETTING.zone).date() <= on(day)]


def _day(number: int) -> int:
    return number - day_number(on(0))


@given(stories, as_of_days, st.sampled_from(STEPPED))
@settings(max_examples=10, deadline=None)
def test_doing_what_a_hint_says_moves_the_category_up(story: Story, day: int, name: str) -> None:
    known = seen(story, day).known
    step = next_step(name, known)
    if step is None:
        return
    for way in step.ways:
        then = _until(story, day) + [
            one for number in range(max(way.times)) for one in _done(way.times, day + number, number, step)
        ]
        reached = card_of(then, day=_day(way.day))[name]
        better = {"segment": ["churned", "potential", "active", "high_value"]}.get(name) or (
            ["distant", "brand", "face_to_face", "intimate"]
            if name == "tier"
            else ["initial_contact", "trust_building", "loyalty", "long_term"]
        )
        assert better.index(reached) >= better.index(step.value)
    if step.by_itself_day is not None:
        before, after = (_day(step.by_itself_day) - 1, _day(step.by_itself_day))
        assert card_of(_until(story, day), day=before)[name] != card_of(_until(story, day), day=after)[name]


def _done(times: tuple[int, ...], day: int, number: int, step: Any) -> Story:
    """One of each step that a way still asks for on its day."""
    made = [
        event("meeting.held", day),
        order(day, step.purchase_minor),
        event("event.attended", day),
        nps(day, 10),
        event("complaint.resolved", day),
    ]
    assert step.contact_kind == "meeting"
    return [one for one, wanted in zip(made, times, strict=True) if number < wanted]


def test_a_customer_who_only_bought_is_two_personal_contacts_from_face_to_face() -> None:
    found = told("tier", [order(0, 30_000)], 10).as_mapping()
    assert found["next"]["value"] == "face_to_face"
    assert found["next"]["ways"] == [
        {"steps": [{"step": "personal_contact", "times": 2}], "reached_on": on(11).isoformat()}
    ]
    assert found["next"]["missing"][0]["lacks"] == 1
    assert "Next: face to face after 2 personal contacts" in found["sentence"]
    assert "个人往来 2 次" in told("tier", [order(0, 30_000)], 10).as_mapping("zh")["sentence"]


def test_what_time_brings_by_itself_asks_for_no_step() -> None:
    found = told("stage", [order(day) for day in (0, 20, 40, 60)], 70).as_mapping()
    assert found["value"] == "trust_building"
    assert (found["next"]["ways"], found["next"]["by_itself_on"]) == ([], on(90).isoformat())
    assert found["sentence"].endswith(f"Next: loyalty by itself on {on(90)}.")


def test_a_segment_that_a_guard_holds_up_says_since_when_and_until_when() -> None:
    story = [order(0, 30_000, f"o{number}") for number in range(4)]
    found = told("segment", story, 80).as_mapping()
    assert (found["value"], found["raw"]) == ("high_value", "active")
    assert found["guard"] == {
        "days": 30,
        "was": "high_value",
        "was_on": on(75).isoformat(),
        "falls_on": on(106).isoformat(),
        "falls_to": "active",
    }
    assert [one["met"] for one in found["conditions"]] == [True, True]
    assert [(one["name"], one["met"]) for one in found["conditions_today"]] == [("rfm.r", False), ("rfm.fm", True)]
    assert on(106).isoformat() in found["sentence"]


def test_a_churn_band_that_only_the_guard_holds_after_the_one_order_was_cancelled_becomes_unknown() -> None:
    story = [order(0, order_id="1"), event("order.cancelled", 20, order_id="1")]
    found = told("churn_band", story, 25).as_mapping()
    guard = found["guard"]
    assert (found["raw"], guard["was_on"], guard["falls_to"]) == (None, on(19).isoformat(), None)
    ends = guard["falls_on"]
    assert found["sentence"].endswith(f"the day alone gives unknown; it becomes unknown on {ends} if nothing changes.")
    assert f"将于 {ends} 变为未知。" in told("churn_band", story, 25).as_mapping("zh")["sentence"]


def test_severe_trouble_caps_the_tier_and_says_until_when() -> None:
    story = [event("meeting.held", day) for day in range(6)] + [order(day, 60_000) for day in range(5)]
    story += [event("event.attended", day) for day in range(6)] + [nps(5, 10)]
    assert told("tier", story, 5).value == "intimate"
    angry = [*story, event("survey.answered", 6, id_="bad", **rating("csat", 1))]
    found = told("tier", angry, 6).as_mapping()
    assert found["value"] == "face_to_face"
    assert found["cap"] == {
        "at": "face_to_face",
        "would_be": "intimate",
        "trouble_on": on(6).isoformat(),
        "ends_on": on(36).isoformat(),
        "events": ["shop/bad"],
    }
    assert {"step": "trouble_resolved", "times": 1} in found["next"]["ways"][0]["steps"]


def test_what_pulls_a_mean_down_is_named_with_what_it_costs() -> None:
    parts = told("experience", [event("complaint.made", 0, id_="c")], 0).parts
    assert [(part.kind, round(part.points, 6), part.events) for part in parts] == [
        (None, 70, []),
        ("complaint", -42, ["shop/c"]),
    ]


@pytest.mark.parametrize(
    ("name", "story", "said"),
    [
        ("segment", [], "Segment is potential: purchase days 0 (below 1)."),
        ("severe", [], "Severe trouble is no: it falls short on trouble not closed yet."),
        ("tier", [], "Tier is distant: no rule for more holds; brand falls short on Engagement 0 (at least 20)."),
        ("key_account", [order(0)], "Key account is no: it falls short on Net money of 12 months 100.00 CNY ("),
        ("stage", [order(0), order(1)], "Stage is trust building: purchase days 2 (at least 2). Next: loyalty"),
        ("status", [order(0)], "Status is active: days since the last purchase 5 (below 180)."),
    ],
)
def test_no_category_is_without_its_reason(name: str, story: Story, said: str) -> None:
    found = told(name, story, 5)
    assert found.sentences["en"].startswith(said)
    assert "：" in found.sentences["zh"]


@pytest.mark.parametrize(
    ("cut", "sign", "worth", "met"), [(10_000, ">=", 9_999, False), (10_000, ">=", 10_000, True), (0, ">", 1, True)]
)
def test_a_key_account_rests_on_one_condition(cut: int, sign: str, worth: int, met: bool) -> None:
    thresholds = replace(POLICY.fixed, key_account_minor=cut)
    found = explain("key_account", [order(0, worth)], on(5), POLICY, thresholds, SETTING).as_mapping()
    (condition,) = found["conditions"]
    assert (condition["name"], condition["sign"], condition["limit"]) == ("rfm.monetary_minor", sign, cut)
    assert (condition["met"], found["value"], len(found["parts"])) == (met, met, int(met))


def test_nobody_is_a_key_account_by_a_cut_off_of_nothing() -> None:
    thresholds = replace(POLICY.fixed, key_account_minor=0)
    found = explain("key_account", [], on(5), POLICY, thresholds, SETTING)
    assert (found.value, "(above 0.00 CNY)" in found.sentences["en"]) == (False, True)


def test_the_days_of_a_turn_are_dates() -> None:
    found = told("status", [order(0)], 10).as_mapping()
    assert (found["changes_on"], found["changes_to"]) == (on(180).isoformat(), "dormant")
    assert date_of(day_number(on(180))) == on(180)


CLOSE = [event("meeting.held", day) for day in range(6)] + [order(day, 60_000) for day in range(5)]
CLOSE += [event("event.attended", day) for day in range(6)] + [nps(5, 10)]


def test_the_end_of_a_cap_is_no_fall_of_what_the_guard_holds() -> None:
    found = told("tier", [*CLOSE, event("complaint.made", 26)], 55).as_mapping()
    assert (found["value"], found["guard"]["was"]) == ("face_to_face", "intimate")
    assert (found["changes_to"], found["changes_on"]) == ("intimate", found["cap"]["ends_on"])
    assert (found["guard"]["falls_on"], found["guard"]["falls_to"]) == (None, None)
    assert "Without the cap intimate, because it was so on" in found["sentence"]
    assert "it becomes intimate" not in found["sentence"]


def test_a_cap_names_the_kinds_that_the_policy_calls_severe() -> None:
    severe = {**MAPPING["severe"], "kinds": ["payment_failed"]} if "severe" in MAPPING else None
    assert severe is not None
    policy = Policy.from_mapping({**MAPPING, "version": "payments", "severe": severe})
    story = [*CLOSE, event("payment.failed", 6, id_="unpaid"), event("complaint.made", 6, id_="said")]
    found = explain("tier", story, on(6), policy, policy.fixed, SETTING).as_mapping()
    assert found["cap"] is not None
    assert found["cap"]["events"] == ["shop/unpaid"]


def test_a_long_past_is_looked_ahead_of_less_far_and_hinted_at_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    story = [order(0, 30_000)]
    whole = told("tier", story, 10).as_mapping()["next"]
    monkeypatch.setattr("scoring.domain.explain.next_step.MOST_ROWS", 30)
    assert told("tier", story, 10).as_mapping()["next"] == whole
    monkeypatch.setattr("scoring.domain.explain.next_step.MOST_TRIED", 4)
    monkeypatch.setattr("scoring.domain.explain.guards.MOST_AHEAD", 4)
    assert told("tier", story, 10).as_mapping()["next"]["ways"] == []
    assert told("status", story, 160).as_mapping()["changes_on"] is None
    assert told("status", story, 170).as_mapping()["changes_on"] == on(180).isoformat()


def test_more_steps_are_kept_where_they_get_there_earlier() -> None:
    late, early = Way(times=(1, 0, 0, 0, 0), day=40), Way(times=(2, 0, 0, 0, 0), day=2)
    assert smallest([late, early, Way(times=(3, 0, 0, 0, 0), day=3)]) == [late, early]


def test_money_is_said_with_its_currency() -> None:
    story = [order(0, 20_000)]
    spent = told("rfm.monetary_minor", story, 5).sentences
    assert spent["en"].startswith("Net money of 12 months is 200.00 CNY: +200.00 CNY from orders paid")
    assert spent["zh"].startswith("近 12 个月净消费额为 200.00 CNY：")
    assert money(500, "JPY") == "500 JPY"
    step = NextStep(
        value="high_value",
        lacks=[],
        ways=[Way(times=(0, 4, 0, 0, 0), day=day_number(on(3)))],
        by_itself_day=None,
        contact_kind="meeting",
        purchase_minor=10_000,
    )
    assert of_next(step, "CNY").en == f"Next: high value after 4 purchases of 100.00 CNY (by {on(3)})."
    assert of_next(step, "CNY").zh == f"下一步：购买 4 次（每次 100.00 CNY），{on(3)} 可达高价值。"
