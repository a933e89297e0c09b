"""What makes recency, frequency, money and their ranks, churn risk and lifetime value what they are?

Source: scoring-model.md sections 3 and 6. A rank starts at its one end and moves by one for each cut that is passed.
Example: 31 days since the last purchase with cuts 15, 30, 75, 180: rank 5 to start with, -2 for two cuts, R 3.
"""

import math

from scoring.domain.explain.parts import ORDER, PURCHASE, Contribution, Known, purchase_days_of


def churn_risk_parts(known: Known) -> list[Contribution]:
    days, rule = purchase_days_of(known), known.thresholds
    tenure = known.day - days[0]
    exposure = max(rule.churn_h / math.log(2) * (1 - 2 ** (-tenure / rule.churn_h)), known.day - days[-1])
    seen = rule.churn_alpha + exposure
    silence = (seen / (seen + known.policy.churn.horizon_days)) ** rule.churn_r
    return [
        Contribution("churn_risk.silence", PURCHASE, silence, (ORDER,)),
        Contribution("churn_risk.repeats", PURCHASE, float(known.columns.churn_risk[0]) - silence, (ORDER,)),
    ]


def clv_parts(known: Known) -> list[Contribution]:
    """What the company's mean order would earn at this customer's pace, and what the customer's own orders change."""
    c, thresholds, rule = known.columns, known.thresholds, known.policy.clv
    worth = float(c.clv_minor[0])
    usual = float(c.clv_yearly_orders[0]) * thresholds.m0_minor * rule.margin / math.sqrt(1 + rule.yearly_discount)
    return [
        Contribution("clv.pace", PURCHASE, usual, (PURCHASE,)),
        Contribution("clv.order_size", PURCHASE, worth - usual, (PURCHASE,)),
    ]


def recency_days_parts(known: Known) -> list[Contribution]:
    last = purchase_days_of(known)[-1]
    return [Contribution("rfm.last_purchase", PURCHASE, float(known.day - last), (PURCHASE,), (last, last))]


def frequency_parts(known: Known) -> list[Contribution]:
    orders = float(known.columns.frequency[0])
    return [Contribution("rfm.orders", PURCHASE, orders, (PURCHASE,), window(known))]


def monetary_parts(known: Known) -> list[Contribution]:
    """What was paid in the window, and what refunds took away again."""
    since, until = window(known)
    orders, _, cancels = known.state.purchases
    gross = float(
        sum(
            order.paid_minor
            for order in orders.values()
            if since <= order.day <= until and cancels.get(order.key, until + 1) > until
        )
    )
    net = float(known.columns.monetary_minor[0])
    return [
        Contribution("rfm.paid", PURCHASE, gross, (PURCHASE,), (since, until)),
        Contribution("rfm.refunded", PURCHASE, net - gross, (PURCHASE,), (since, until)),
    ]


def r_parts(known: Known) -> list[Contribution]:
    last, r = purchase_days_of(known)[-1], int(known.columns.r[0])
    return [
        Contribution("rfm.best_rank", None, 5.0, ()),
        Contribution("rfm.recency_cuts", PURCHASE, float(r - 5), (PURCHASE,), (last, last)),
    ]


def f_parts(known: Known) -> list[Contribution]:
    return _rank(known, "rfm.frequency_cuts", int(known.columns.f[0]))


def m_parts(known: Known) -> list[Contribution]:
    return _rank(known, "rfm.monetary_cuts", int(known.columns.m[0]))


def _rank(known: Known, component: str, rank: int) -> list[Contribution]:
    return [
        Contribution("rfm.first_rank", None, 1.0, ()),
        Contribution(component, PURCHASE, float(rank - 1), (PURCHASE,), window(known)),
    ]


def window(known: Known) -> tuple[int, int]:
    """First and last day of the window of frequency and money."""
    return known.day - known.policy.rfm_window_days + 1, known.day
