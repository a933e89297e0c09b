"""What is a relationship worth to both sides: balance, referrals, membership, relation, value, loyalty, price tag?"""

from dataclasses import asdict
from typing import Any

import pytest
from tests.unit.scoring.build import POLICY, columns_of, event, nps, on, order
from tests.unit.scoring.portraits import RULES, drawn, past_of

from scoring.domain.portrait.balance import Balance, balance
from scoring.domain.portrait.loyalty import Loyalty, loyalty
from scoring.domain.portrait.membership import Membership, membership
from scoring.domain.portrait.price_sensitivity import PriceSensitivity, price_sensitivity
from scoring.domain.portrait.referral import ReferralValue, referral_value, referred
from scoring.domain.portrait.relation_type import Relation, relation
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.portrait.value import gamma_quantile
from scoring.domain.state.replay import Interaction


def balanced(*events: Interaction, day: int = 0, referral_minor: int = 0) -> Balance:
    found = balance(past_of(*events, day=day), RULES.balance, margin=0.3, referral_minor=referral_minor, currency="CNY")
    assert isinstance(found, Balance)
    return found


def test_margin_on_one_side_and_solved_problems_on_the_other() -> None:
    found = balanced(order(0), event("complaint.resolved", 0))
    lines = {line.line: (line.side, line.amount_minor) for line in found.lines}
    assert lines == {
        "margin_earned": ("customer", 3000),
        "problem_solved": ("company", 2000),
        "promise_kept": ("company", 500),
    }
    assert (found.customer_gave_minor, found.company_gave_minor, found.index) == (3000, 2500, 0.909091)
    assert found.state == "balanced"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([order(0)], "customer"),
        ([event("benefit.redeemed", 0, source="guanxi.engagement", amount_minor=900, currency="CNY")], "company"),
        ([event("suggestion.made", 0), event("meeting.held", 0)], "balanced"),
    ],
)
def test_who_gave_more_is_said(events: list[Interaction], state: str) -> None:
    assert balanced(*events).state == state


def test_the_balance_is_over_a_year_and_believes_benefits_of_our_own_services_only() -> None:
    assert balanced(order(0), event("suggestion.made", 364), day=364).customer_gave_minor == 5000
    assert balanced(order(0), event("suggestion.made", 365), day=365).customer_gave_minor == 2000
    forged = event("benefit.redeemed", 0, amount_minor=900, currency="CNY")
    assert balance(past_of(forged), RULES.balance, margin=0.3, referral_minor=0, currency="CNY") is Unknown.NO_EVENTS


def refer(*events: Interaction, day: int = 0, worths: dict[str, int] | None = None) -> ReferralValue | Unknown:
    return referral_value(past_of(*events, day=day), RULES.referral, worths or {}, m0_minor=10_000, margin=0.3)


def converted(day: int, referred_id: str | None = None, code: str = "A") -> Interaction:
    return event("referral.converted", day, referral={"code": code, "referred": referred_id})


def test_a_referral_is_worth_its_customer_or_a_mean_order() -> None:
    events = [converted(0, "c_bob"), converted(0, "c_bob"), converted(0, "c_eve")]
    found = refer(*events, worths={"c_bob": 8000})
    assert isinstance(found, ReferralValue)
    assert (found.converted, found.value_minor, found.priced, found.is_advocate) == (2, 11_000, 1, True)
    assert referred(past_of(*events), RULES.referral) == ["c_bob", "c_eve"]


@pytest.mark.parametrize(
    ("events", "advocate"),
    [
        ([event("referral.made", 0, referral={"code": "A"})], False),
        ([event("referral.made", 0, referral={"code": code}) for code in "AB"], True),
        ([converted(0), nps(0, 3)], False),
    ],
    ids=["once", "twice", "but unhappy"],
)
def test_an_advocate_recommends_and_is_not_a_detractor(events: list[Interaction], advocate: bool) -> None:
    found = refer(*events)
    assert isinstance(found, ReferralValue)
    assert found.is_advocate is advocate


def test_who_recommended_nobody_has_no_referral_value() -> None:
    assert refer(order(0)) is Unknown.NO_EVENTS


def member(*events: Interaction, day: int) -> Membership:
    found = membership(past_of(*events, day=day))
    assert isinstance(found, Membership)
    return found


def test_a_paid_membership_runs_until_it_ends_and_from_a_new_start() -> None:
    events = [event("membership.started", 0), event("membership.renewed", 10), event("membership.ended", 20)]
    running = member(*events, day=19)
    assert (running.is_paid_member, running.since, running.renewals) == (True, on(0), 1)
    ended = member(*events, day=20)
    assert (ended.is_paid_member, ended.since, ended.ended_on) == (False, None, on(20))
    again = member(*events, event("membership.started", 30), day=30)
    assert (again.is_paid_member, again.since, again.ended_on) == (True, on(30), None)


@pytest.mark.parametrize(("day", "balance", "expired"), [(10, 120, 0), (11, 50, 70)])
def test_points_are_spent_in_the_order_of_earning_and_run_out(day: int, balance: int, expired: int) -> None:
    events = [
        event("points.earned", 0, properties={"points": 100, "expires_on": on(10).isoformat()}),
        event("points.earned", 1, points=50),
        event("points.redeemed", 2, points=30),
    ]
    points = member(*events, day=day).points
    assert points is not None
    assert (points.balance, points.earned, points.redeemed, points.expired) == (balance, 150, 30, expired)


@pytest.mark.parametrize("points", [-1, 1.5, True, "100", 1 << 53, None])
def test_what_is_no_number_of_points_is_passed_over(points: object) -> None:
    assert membership(past_of(event("points.earned", 0, points=points))) is Unknown.NO_EVENTS


def related(*events: Interaction, key_account: bool = False, paid_member: bool = False) -> Relation:
    found = relation(past_of(*events, day=1), RULES.relation, is_key_account=key_account, is_paid_member=paid_member)
    assert isinstance(found, Relation)
    return found


def test_the_relation_has_a_type_a_promise_an_owner_and_a_beginning() -> None:
    seen = event("page.viewed", 0, channel="web")
    assert related(seen).type == "consumer"
    assert related(seen, paid_member=True).type == "member"
    dealer = event("profile.updated", 0, hour=13, profile={"tags": ["dealer"]})
    assert related(seen, dealer, paid_member=True).type == "partner"
    assert related(seen, dealer, key_account=True).type == "key_account"
    called = event("call.made", 1, personal=True, answered=True, staff_id="staff_7")
    found = related(seen, called)
    assert (found.owner, found.since, found.entry_type, found.entry_channel) == ("staff_7", on(0), "page.viewed", "web")
    assert found.promise == POLICY.portrait.relation.promises["consumer"]


def test_the_interval_holds_the_lifetime_value_of_the_card_and_risk_takes_its_part() -> None:
    events = [order(day) for day in (0, 30, 60)]
    columns, found = columns_of(events, day=60), drawn(events, day=60).portrait.value
    assert found is not None
    assert found.clv_minor == int(columns.clv_minor[0])
    assert found.clv_low_minor < found.clv_minor < found.clv_high_minor
    assert found.at_risk_minor == round(found.clv_minor * float(columns.churn_risk[0]))
    assert found.short_term_minor > 0


@pytest.mark.parametrize(
    ("shape", "low", "high"), [(0.5, 0.0079, 1.3528), (1.0, 0.1054, 2.3026), (5.0, 2.4326, 7.9936)]
)  # from scipy's gamma.ppf
def test_the_quantiles_are_close_to_those_of_the_gamma_distribution(shape: float, low: float, high: float) -> None:
    assert gamma_quantile(shape, -1.281552) == pytest.approx(low, abs=0.02)
    assert gamma_quantile(shape, 1.281552) == pytest.approx(high, rel=0.03)


def test_loyalty_compares_the_wallet_with_the_best_half_year() -> None:
    found = loyalty(past_of(order(0, 10_000), order(365, 5_000), day=365), RULES.loyalty)
    assert isinstance(found, Loyalty)
    assert (found.repeat_purchase_days, found.tenure_days, found.wallet_proxy) == (1, 365, 0.5)
    assert loyalty(past_of(), RULES.loyalty) is Unknown.NO_PURCHASE


def priced(*events: Interaction, day: int = 10) -> Any:
    return price_sensitivity(past_of(*events, day=day), RULES.price_sensitivity)


@pytest.mark.parametrize(("coupons", "tag"), [(0, "low"), (1, "medium"), (2, "high"), (3, "high")])
def test_the_price_tag_is_the_share_of_orders_with_something_off_and_for_benefits_only(coupons: int, tag: str) -> None:
    orders = [order(day, order_id=str(day)) for day in range(3)]
    used = [event("coupon.redeemed", 5, order_id=str(day)) for day in range(coupons)]
    found = priced(*orders, *used)
    assert (found.tag, found.use, found.n) == (tag, "benefits_only", coupons)
    assert "benefits_only" in asdict(found).values()


def test_a_coupon_without_an_order_counts_for_its_day_and_two_orders_are_too_few() -> None:
    found = priced(order(0), order(1), order(2), event("coupon.redeemed", 1))
    assert isinstance(found, PriceSensitivity)
    assert found.n == 1
    assert priced(order(0), order(1)) is Unknown.TOO_FEW
    assert priced() is Unknown.NO_PURCHASE
