"""How warm, how close, how regular is a relationship, why is it distant, and how good is what we know?"""

from typing import Any

import pytest
from tests.unit.scoring.build import MAPPING, event, nps, on, order, rating
from tests.unit.scoring.portraits import RULES, drawn, items, past_of

from scoring.domain.policy.read_rule import read_rule
from scoring.domain.policy.reading import PolicyInvalid, Section
from scoring.domain.portrait.affinity_index import AffinityIndex, affinity_index
from scoring.domain.portrait.axes import Axes, axes
from scoring.domain.portrait.brand_identification import BrandIdentification, brand_identification
from scoring.domain.portrait.distant import Distance, Standing, distance
from scoring.domain.portrait.outside_events import OutsideRule, outside_events
from scoring.domain.portrait.profile_quality import ProfileQuality, profile_quality
from scoring.domain.portrait.project_stage import ProjectStage, project_stage
from scoring.domain.portrait.stickiness import Stickiness, stickiness
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction


def test_stickiness_is_the_share_of_days_with_a_deed_of_the_customers_own() -> None:
    visits = [event("page.viewed", day) for day in (0, 1, 30, 30)]
    found = stickiness(past_of(*visits, event("message.sent", 29), day=30), RULES.stickiness)
    assert isinstance(found, Stickiness)
    assert (found.active_days, found.ratio, found.active_weeks, found.n) == (2, 0.066667, 2, 3)
    assert stickiness(past_of(event("message.sent", 0)), RULES.stickiness) is Unknown.NO_EVENTS


def warm(*events: Interaction, reciprocity: float | None = None, day: int = 0) -> AffinityIndex | Unknown:
    return affinity_index(past_of(*events, day=day), RULES.affinity_index, reciprocity=reciprocity)


def test_warmth_is_good_answers_kept_promises_and_give_and_take() -> None:
    found = warm(nps(0, 9), event("promise.broken", 0))
    assert isinstance(found, AffinityIndex)
    assert (found.score, found.coverage) == (50.0, 0.6)
    whole = warm(nps(0, 9), event("promise.kept", 0), reciprocity=0.5)
    assert isinstance(whole, AffinityIndex)
    assert (whole.score, whole.coverage) == (80.0, 1.0)
    assert warm() is Unknown.TOO_FEW


@pytest.mark.parametrize(("day", "known"), [(180, True), (181, False)])
def test_a_single_answer_is_too_little_after_half_a_year(day: int, known: bool) -> None:
    assert isinstance(warm(nps(0, 9), day=day), AffinityIndex) is known


def identified(*events: Interaction, member: bool = False, day: int = 0) -> BrandIdentification | Unknown:
    return brand_identification(past_of(*events, day=day), RULES.brand_identification, is_paid_member=member)


def test_following_and_charity_show_identification_with_the_brand() -> None:
    found = identified(event("account.followed", 0), event("charity.joined", 0), event("charity.joined", 0))
    assert isinstance(found, BrandIdentification)
    assert (found.score, found.points, found.by_kind) == (42.565082, 8.0, {"brand": 5.0, "follow": 3.0})
    paying = identified(member=True)
    assert isinstance(paying, BrandIdentification)
    assert paying.by_kind == {"member": 5.0}


def test_who_unfollows_takes_it_back_and_the_last_answer_counts() -> None:
    assert identified(event("account.followed", 0), event("account.unfollowed", 1), day=1) is Unknown.NO_EVENTS
    scale = {"question": "identification", "kind": "scale", "min": 1, "max": 5}
    said = [
        event("survey.answered", day, answers=[{**scale, "value": value}], **rating("nps", 9, 10, 0))
        for day, value in ((0, 5), (1, 1))
    ]
    found = identified(*said, day=1)
    assert isinstance(found, BrandIdentification)
    assert found.by_kind == {"identification": 0.0}


def test_the_three_axes_stand_beside_the_tier() -> None:
    found = axes(
        past_of(event("charity.joined", 0)), RULES.axes, feelings=(80.0, None, 40.0), exchange=40.0, engagement=20.0
    )
    assert isinstance(found, Axes)
    assert found.cognition == pytest.approx(100 * (1 - 2 ** (-3 / 20)), abs=1e-6)
    assert (found.emotion, found.behaviour) == (60.0, 30.0)
    assert axes(past_of(), RULES.axes, feelings=(), exchange=0.0, engagement=0.0) is Unknown.NO_EVENTS


def standing(**more: Any) -> Standing:
    fine: dict[str, Any] = {
        "tier": "distant",
        "is_severe": False,
        "experience": 80.0,
        "idle_days": 10,
        "contactability": 90.0,
        "price_tag": "low",
        "waits_too_long": False,
        "category_shifted": False,
        "cognition": 50.0,
    }
    return Standing(**fine | more)


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        ({}, ["seldom"]),
        ({"is_severe": True}, ["bad_experience"]),
        ({"experience": 49.9}, ["bad_experience"]),
        ({"experience": 50.0}, ["seldom"]),
        ({"experience": None, "contactability": None}, ["unreachable"]),
        ({"contactability": 19.9, "idle_days": 180}, ["unreachable", "stopped_buying"]),
        ({"idle_days": 179}, ["seldom"]),
        ({"idle_days": None, "cognition": 19.9}, ["never_bought", "low_awareness"]),
        (
            {"price_tag": "high", "category_shifted": True, "waits_too_long": True},
            ["no_reply", "price_only", "need_changed"],
        ),
    ],
)
def test_a_distant_relationship_has_reasons_in_order(now: dict[str, Any], reasons: list[str]) -> None:
    found = distance(past_of(), RULES.distant, standing(**now))
    assert isinstance(found, Distance)
    assert [one.why for one in found.reasons] == reasons
    assert found.main == reasons[0]


def test_only_distant_relationships_are_asked_why() -> None:
    assert distance(past_of(), RULES.distant, standing(tier="brand")) is Unknown.NOT_DISTANT


def test_a_lapsed_buyer_without_an_address_is_unreachable_and_stopped_buying() -> None:
    found = drawn([order(0, id_="o1", channel="web")], day=250).portrait.distance
    assert found is not None
    assert [one.why for one in found.reasons] == ["unreachable", "stopped_buying", "low_awareness"]
    assert found.reasons[1].events == ("shop/o1",)


def profile(day: int, source: str = "shop", **fields: object) -> Interaction:
    return event("profile.updated", day, source=source, profile=fields)


def known(*events: Interaction, day: int = 0) -> ProfileQuality:
    found = profile_quality(past_of(*events, day=day), RULES.profile_quality)
    assert isinstance(found, ProfileQuality)
    return found


def test_the_quality_of_a_profile_is_what_is_known_and_fresh() -> None:
    assert known(profile(0, name="Ann")).quality == 20.0
    old = known(profile(0, name="Ann"), day=730)
    assert (old.quality, old.missing[0]) == (15.0, "language")
    assert known(profile(0, name="Ann"), profile(1, name=None), day=1).quality == 0.0


def test_sources_that_disagree_are_a_conflict_and_no_value_is_told() -> None:
    found = known(profile(0, "shop", birthday="1990-05-04"), profile(1, "crm", birthday="1991-05-04"), day=1)
    assert (found.conflicts, found.fields[0].source) == (1, "crm")
    assert [(one.source, one.events_seen) for one in found.sources] == [("crm", 1), ("shop", 1)]
    assert "1990" not in repr(found)


def test_the_identity_graph_is_the_ids_and_kinds_that_were_seen() -> None:
    seen = event("app.opened", 0, identifiers={"user_id": "42", "email": "ann@example.com"})
    one = Interaction(type=seen.type, data=seen.data, time=seen.time, source="app", id="1", subject="c_ann")
    two = Interaction(type=seen.type, data=seen.data, time=seen.time, source="app", id="2", subject="c_alias")
    found = known(one, two)
    assert (found.identifier_kinds, found.ids) == (("email", "user_id"), ("c_alias", "c_ann"))


def test_a_project_sale_stands_at_the_furthest_step_with_its_roles() -> None:
    events = [event("project.initiated", 0), event("project.specified", 9, contact_role="engineer")]
    found = project_stage(past_of(*events, day=9), RULES.project_stage)
    assert isinstance(found, ProjectStage)
    assert found.step == "technical_breakthrough"
    assert [one.reached_on for one in found.steps] == [on(0), None, on(9), None]
    assert [(one.role, one.last_on) for one in found.roles] == [("engineer", on(9))]
    assert project_stage(past_of(order(0)), RULES.project_stage) is Unknown.NO_EVENTS


def outside(first: str, last: str) -> OutsideRule:
    told = {"kind": "price_rise", "from": first, "to": last, "zh": "提价", "en": "Prices rose"}
    return read_rule(Section({"shown_for_days": 90, "events": [told]}, "outside_events"), OutsideRule)


@pytest.mark.parametrize(("day", "shown"), [(9, 0), (10, 1), (101, 1), (102, 0)])
def test_an_outside_event_is_marked_while_it_lasts_and_for_a_season(day: int, shown: int) -> None:
    rule = outside(on(10).isoformat(), on(11).isoformat())
    found = outside_events(past_of(order(10, items=items("tea")), day=day), rule)
    assert [(one.kind, one.n) for one in found] == [("price_rise", 1)] * shown


@pytest.mark.parametrize(
    ("first", "why"), [("2026-09-01", "must not be after to"), ("soon", "must be a day in quotes")]
)
def test_an_outside_event_without_proper_days_is_refused(first: str, why: str) -> None:
    with pytest.raises(PolicyInvalid, match=why):
        outside(first, "2026-08-01")
    assert MAPPING["portrait"]["outside_events"]["events"] == []
