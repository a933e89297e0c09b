"""Who recommends, and what do winning and keeping customers cost, over many customers page by page?"""

from tests.unit.scoring.build import event, order
from tests.unit.scoring.portraits import RULES, past_of

from scoring.domain.portrait.past import Past
from scoring.domain.reports.care_cost import CareCost
from scoring.domain.reports.word_of_mouth import MOST_ADVOCATES, WordOfMouth
from scoring.domain.state.replay import Interaction

DAY = 500


def past(*events: Interaction) -> Past:
    return past_of(*events, day=DAY)


def converted(referred: str, day: int = DAY) -> Interaction:
    return event("referral.converted", day, referral={"code": "A", "referred": referred})


def mouth(*pages: dict[str, Past]) -> WordOfMouth:
    """Counted page by page, as the steps of a run do it."""
    counts = WordOfMouth()
    for page in pages:
        counts = WordOfMouth(counts.kept())
        counts.add(page.items(), RULES.referral, m0_minor=10_000, margin=0.3)
    return counts


def test_the_referral_share_is_of_new_customers_and_advocates_stand_in_order() -> None:
    pages = (
        {"c_ann": past(order(0), converted("c_1"), converted("c_1"), converted("c_2"))},
        {"c_bob": past(order(0), converted("c_3")), "c_3": past(order(DAY)), "c_4": past(order(DAY - 364))},
        {"c_5": past(order(DAY - 365)), "c_6": past(), "c_7": past(event("referral.made", DAY))},
    )
    found = mouth(*pages).report()
    assert (found.new_customers, found.converted_referrals, found.referral_share) == (2, 3, 1.0)
    assert (found.referrers, found.advocates) == (3, 2)
    assert [(one.customer, one.converted, one.value_minor) for one in found.best] == [
        ("c_ann", 2, 6000),
        ("c_bob", 1, 3000),
    ]


def test_nobody_new_has_no_share_and_the_list_of_advocates_is_bounded() -> None:
    many = {f"c_{number:03}": past(order(0), converted(f"r_{number}")) for number in range(MOST_ADVOCATES + 1)}
    found = mouth(many).report()
    assert found.referral_share is None
    assert (found.advocates, len(found.best), found.best[-1].customer) == (101, 100, "c_099")


def test_winning_costs_prospects_too_and_keeping_is_of_those_who_bought_before() -> None:
    counts = CareCost()
    pages = (
        [past(order(DAY - 364), event("meeting.held", DAY)), past(event("meeting.held", DAY))],
        [past(order(0), order(DAY), event("complaint.resolved", DAY)), past(order(0))],
    )
    for page in pages:
        counts = CareCost(counts.kept())
        counts.add(page, RULES.balance, margin=0.3, currency="CNY")
    found = counts.report(RULES.balance)
    assert (found.per_acquired_minor, found.per_retained_minor, found.ratio) == (2000.0, 2500.0, 0.8)
    assert [group.customers for group in (found.acquired, found.prospect, found.retained, found.silent)] == [1, 1, 1, 1]
    assert found.retained.margin_minor == 3000
    empty = CareCost().report(RULES.balance)
    assert (empty.per_acquired_minor, empty.per_retained_minor, empty.ratio) == (None, None, None)
