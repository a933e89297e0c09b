"""Where does a customer stand with us by what they do: buying, taking part, talking?

These figures are needed on every day of a guard for everybody; what only the intimate tier asks besides is in bond.py.
Source: scoring-model.md sections 1 and 3. Examples: engagement.py, exchange.py, personal_contact.py, rfm.py, churn.py.
"""

from dataclasses import dataclass

from scoring.domain.churn import Buying, buying, churn_risk
from scoring.domain.decay import Facts, Flags, Floats, Grid, Ints
from scoring.domain.engagement import engagement, engagement_points
from scoring.domain.exchange import exchange, net_money, purchase_days
from scoring.domain.personal_contact import personal_contact
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.rfm import Rfm, rfm
from scoring.domain.state.arrays import Arrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Unrounded, [rows, size]; `rfm`, `first` (the first purchase day) and `buying` mean something where `bought`.

    `points` and `purchases` are the facts that they rest on.

    `buying` and `risk` have the days of the churn band's guard.
    """

    points: Facts
    purchases: Facts
    engagement: Floats
    exchange: Floats
    personal: Floats
    first: Ints
    bought: Flags
    rfm: Rfm
    buying: Buying
    risk: Floats


def standing(grid: Grid, arrays: Arrays, policy: Policy, thresholds: Thresholds) -> Standing:
    """The standing of every customer on every day of the grid."""
    purchases, points = purchase_days(grid, arrays), engagement_points(grid, arrays.buckets, policy)
    first, last = purchases.first_day(), purchases.last_day()
    bought, rows = first <= grid.days, policy.churn.guard_days + 1
    found = buying(purchases, first, last, rows, thresholds)
    return Standing(
        points=points,
        purchases=purchases,
        engagement=engagement(points, policy),
        exchange=exchange(purchases, net_money(grid, arrays), policy, thresholds),
        personal=personal_contact(grid, arrays.buckets, policy),
        first=first,
        bought=bought,
        rfm=rfm(grid, arrays.worths, last, policy, thresholds),
        buying=found,
        risk=churn_risk(found, bought[:rows], policy, thresholds),
    )
