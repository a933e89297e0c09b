"""Is each named fact what was told of the customer, and unknown where nothing was?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.arbiter import DAY, NOON, TODAY, occasion, playbook, standing

from engagement.domain.condition import Compare, Comparison, Condition, Not
from engagement.domain.customer_facts import customer_facts, judge_for
from engagement.domain.facts import ALLOWED, FACTS, data_facts, find_fact
from engagement.domain.shown import Shown

CARD = {"segment": "churned", "status": None, "key_account": True, "care": {"health": 41.5, "cf": None}, "rfm": {}}


def facts(*asked: str, now: datetime = NOON, data: dict[str, Any] | None = None, **customer: Any) -> dict[str, Any]:
    return customer_facts(occasion(facts={"data": data or {}}), asked=asked, standing=standing(**customer), now=now)


def test_the_card_gives_its_fields_and_what_it_lacks_is_unknown() -> None:
    known = facts(shown=Shown(card=CARD))
    assert (known["segment"], known["key_account"], known["care.health"]) == ("churned", True, 41.5)
    assert [known.get(name) for name in ("status", "care.cf", "rfm.frequency", "scores.trust")] == [None] * 4


def test_without_a_card_its_fields_are_unknown_and_so_is_what_they_were() -> None:
    known = facts(shown=Shown(before={("segment", "high_value"): TODAY}))
    assert "segment" not in known
    assert "segment_was" not in known


@pytest.mark.parametrize(("days", "was"), [(0, True), (364, True), (365, True), (366, False)])
def test_what_a_dimension_was_counts_for_365_days(days: int, was: bool) -> None:
    before = {("segment", "high_value"): TODAY - days * DAY, ("tier", "high_value"): TODAY}
    known = facts(shown=Shown(card=CARD, before=before))
    assert known["segment_was"] == ({"churned", "high_value"} if was else {"churned"})


def test_what_it_is_now_it_also_was() -> None:
    assert facts(shown=Shown(card={"tier": "intimate"}))["tier_was"] == {"intimate"}


@pytest.mark.parametrize(
    ("first", "is_first"),
    [(NOON - timedelta(microseconds=1), False), (NOON, True), (NOON + DAY, True), (None, None)],
)
def test_the_first_order_is_the_one_before_which_none_was_heard_of(
    first: datetime | None, is_first: bool | None
) -> None:
    heard = {} if first is None else {"order.completed": first}
    assert facts(first_heard=heard)["first_order"] is is_first


def test_what_was_never_heard_is_known_to_be_so_but_not_since_when() -> None:
    asked = ("heard.order.completed", "days_since.order.completed")
    assert {name: value for name, value in facts(*asked).items() if name in asked} == {asked[0]: False}


@pytest.mark.parametrize(
    ("last", "days"),
    [
        (datetime(2026, 11, 19, 16, tzinfo=UTC), 0),  # midnight of today in Shanghai
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 18, 16, tzinfo=UTC), 1),
    ],
)
def test_days_are_those_of_the_customers_calendar(last: datetime, days: int) -> None:
    known = facts("days_since.visit.made", "heard.visit.made", heard={"visit.made": last})
    assert (known["days_since.visit.made"], known["heard.visit.made"]) == (days, True)


def test_consents_and_cases_are_always_known() -> None:
    known = facts(consented={("marketing", "sms")}, profiling_refused=True, open_case=True)
    assert (known["consent.marketing"], known["consent.care"]) == ({"sms"}, set())
    assert (known["consent.profiling"], known["open_case"]) == (False, True)


def test_the_profile_says_what_is_there_and_nothing_of_what_is_not() -> None:
    known = facts(shown=Shown(profile={"language": "zh", "tags": ["vip"], "birthday": "1990-05-04"}))
    assert (known["profile.language"], known["profile.tags"]) == ("zh", ["vip"])
    assert (known["profile.has_birthday"], known["profile.has_name"], known["profile.zone"]) == (True, False, None)


def test_the_occasions_own_data_are_facts() -> None:
    known = facts(data={"amount_minor": 100, "severe": True, "rating": {"kind": "ces", "value": 4, "min": 1, "max": 7}})
    assert (known["data.amount_minor"], known["data.severe"], known["data.rating.share"]) == (100, True, 0.5)


@pytest.mark.parametrize("told", [["Dragon_Boat", "qixi"], "dragon_boat"])
def test_a_stated_preference_is_a_set_of_texts_however_it_was_told(told: Any) -> None:
    greeted = Compare(fact="preference.festivals", comparison=Comparison.CONTAINS, values=("dragon_boat",))
    fond, stranger = Shown(preferences={"festivals": told}), Shown()
    assert judge_for(occasion(), playbook(conditions=greeted), standing(shown=fond), NOON).holds is True
    assert judge_for(occasion(), playbook(conditions=greeted), standing(shown=stranger), NOON).holds is None


@pytest.mark.parametrize(
    "data",
    [
        {"amount_minor": "100", "severe": "yes", "channel": 3},
        {"amount_minor": True, "rating": "good"},
        {"rating": {"value": "9", "min": 0, "max": 10, "kind": 1}},
    ],
)
def test_data_of_another_kind_than_its_fact_is_unknown(data: dict[str, Any]) -> None:
    assert data_facts(data) == {}


def test_a_scale_without_length_has_no_place_on_it() -> None:
    assert "data.rating.share" not in data_facts({"rating": {"value": 1, "min": 1, "max": 1}})


@pytest.mark.parametrize(
    "name",
    ["heard.order.completed", "days_since.return_visit.done", "data.channel", "tier_was", "preference.festivals"],
)
def test_every_family_of_facts_is_found(name: str) -> None:
    assert find_fact(name) is not None


@pytest.mark.parametrize(
    "name", ["heard.", "heard.order", "days_since.Order.Completed", "data.nothing", "segments", "preference.", ""]
)
def test_other_names_are_no_facts(name: str) -> None:
    assert find_fact(name) is None
    assert name not in ALLOWED


def leaf(fact: str) -> Condition:
    return Compare(fact=fact, comparison=Comparison.EQUALS, values=(True,))


@pytest.mark.parametrize(
    ("condition", "holds", "unknown"),
    [
        (leaf("open_case"), False, ()),
        (Not(part=leaf("open_case")), True, ()),
        (leaf("key_account"), None, ("key_account",)),
        (Not(part=leaf("key_account")), None, ("key_account",)),
    ],
)
def test_a_playbook_is_for_those_whom_its_condition_holds_for(
    condition: Condition, holds: bool | None, unknown: tuple[str, ...]
) -> None:
    verdict = judge_for(occasion(), playbook(conditions=condition), standing(), NOON)
    assert (verdict.holds, verdict.unknown) == (holds, unknown)


def test_every_fact_has_a_value_of_its_kind_or_none() -> None:
    known = facts(shown=Shown(card=CARD, profile={"tags": ["x"]}))
    assert set(known) <= set(FACTS)
