"""On which conditions do segment, the RFM names, status, key account and churn band rest?

Source: scoring-model.md sections 3 and 4; segment.py, rfm.py, status.py, key_account.py and churn.py judge, this says
why. Example: R 3, F 4, M 4: high_value, by rfm.r 3 >= 3 and rfm.fm 8 >= 8.
"""

from itertools import pairwise

from scoring.domain.explain.conditions import ABOVE, AT_LEAST, AT_MOST, BELOW, EQUAL, Clause, Condition, Rule, on_score
from scoring.domain.explain.conditions_of_tier import idle_days
from scoring.domain.explain.metrics import values_of
from scoring.domain.explain.parts import PURCHASE, Known, purchase_days_of
from scoring.domain.explain.parts_of_value import window
from scoring.domain.policy.policy import SEGMENTS
from scoring.domain.policy.policy_rules import SegmentRule

_HIGH = 4  # the rank from which one of the Chinese eight calls a figure high


def segment_rules(known: Known) -> list[Rule]:
    """The rules of the raw segment: without a purchase potential, then as the policy lists them; none: potential."""
    rules = [_segment_rule(rule, known) for rule in known.policy.segment_rules]
    if known.columns.bought[0]:
        return rules
    never = Condition(name="purchase_days", figure=0.0, sign=BELOW, limit=1)
    return [Rule(value="potential", clauses=((never,),)), *rules]


def _segment_rule(rule: SegmentRule, known: Known) -> Rule:
    wanted = (
        ("rfm.r", AT_LEAST, rule.r_at_least),
        ("rfm.r", AT_MOST, rule.r_at_most),
        ("rfm.f", AT_LEAST, rule.f_at_least),
        ("rfm.m", AT_LEAST, rule.m_at_least),
    )
    clauses: list[Clause] = [(on_score(name, known, sign, limit),) for name, sign, limit in wanted if limit is not None]
    if rule.fm_at_least is not None:
        clauses.append((_on_sum(known, AT_LEAST, rule.fm_at_least),))
    if rule.idle_at_least is not None:
        clauses.append((idle_days(known, AT_LEAST, rule.idle_at_least),))
    return Rule(value=SEGMENTS[rule.segment], clauses=tuple(clauses))


def _on_sum(known: Known, sign: str, limit: float) -> Condition:
    bought = bool(known.columns.bought[0])
    both = float(known.columns.f[0]) + float(known.columns.m[0]) if bought else None
    return Condition(name="rfm.fm", figure=both, sign=sign, limit=limit, kinds=(PURCHASE,), days=window(known))


def named_rules(known: Known) -> list[Rule]:
    """The cell of the table that R and FM = floor((F + M + 1)/2) meet; null without a purchase."""
    name = values_of("rfm.named", known.columns)[0]
    if name is None:
        return []
    columns, days = known.columns, purchase_days_of(known)
    r, fm = float(columns.r[0]), float((int(columns.f[0]) + int(columns.m[0]) + 1) // 2)
    clauses: list[Clause] = [
        (on_score("rfm.r", known, EQUAL, r),),
        (Condition(name="rfm.fm_mean", figure=fm, sign=EQUAL, limit=fm, kinds=(PURCHASE,), days=window(known)),),
    ]
    if r == 5 and fm == 1:
        sign = BELOW if name == "new" else AT_LEAST
        first = (days[0], days[0])
        tenure, limit = float(known.day - days[0]), known.policy.segment_new_below_days
        clauses.append(
            (Condition(name="tenure_days", figure=tenure, sign=sign, limit=limit, kinds=(PURCHASE,), days=first),)
        )
    return [Rule(value=name, clauses=tuple(clauses))]


def chinese_rules(known: Known) -> list[Rule]:
    """Each of R, F and M is high from rank 4 on; null without a purchase."""
    name = values_of("rfm.chinese", known.columns)[0]
    if name is None:
        return []
    ranks = {"rfm.r": known.columns.r[0], "rfm.f": known.columns.f[0], "rfm.m": known.columns.m[0]}
    clauses = tuple(
        (on_score(metric, known, AT_LEAST if rank >= _HIGH else BELOW, _HIGH),) for metric, rank in ranks.items()
    )
    return [Rule(value=name, clauses=clauses)]


def status_rules(known: Known) -> list[Rule]:
    """The rules of the status; null without a purchase."""
    days, rule = purchase_days_of(known), known.policy.status
    if not days:
        return []
    return [
        Rule(value="reactivated", clauses=_returned(days, known)),
        Rule(value="lost", clauses=((idle_days(known, AT_LEAST, rule.lost_from),),)),
        Rule(value="dormant", clauses=((idle_days(known, AT_LEAST, rule.dormant_from),),)),
        Rule(value="active", clauses=((idle_days(known, BELOW, rule.dormant_from),),)),
    ]


def _returned(days: list[int], known: Known) -> tuple[Clause, ...]:
    """The last return after a long gap, else the longest gap."""
    rule = known.policy.status
    gaps = [(later - earlier, later) for earlier, later in pairwise(days)]
    long_ones = [gap for gap in gaps if gap[0] > rule.reactivated_gap]
    gap, back = long_ones[-1] if long_ones else max(gaps, default=(0, days[0]))
    return (
        (
            Condition(
                name="gap_days",
                figure=float(gap),
                sign=ABOVE,
                limit=rule.reactivated_gap,
                kinds=(PURCHASE,),
                days=(back - gap, back),
            ),
        ),
        (
            Condition(
                name="days_since_return",
                figure=float(known.day - back),
                sign=BELOW,
                limit=rule.reactivated_for,
                kinds=(PURCHASE,),
                days=(back, back),
            ),
        ),
    )


def key_account_rules(known: Known) -> list[Rule]:
    """The money of 12 months at the cut-off, and where that is 0, some money; none: no key account."""
    cut = known.thresholds.key_account_minor
    return [Rule(value=True, clauses=((on_score("rfm.monetary_minor", known, AT_LEAST if cut else ABOVE, cut),),))]


def churn_band_rules(known: Known) -> list[Rule]:
    """The band of the day's own risk; null without a purchase."""
    if not known.columns.bought[0]:
        return []
    rule = known.policy.churn
    return [
        Rule(value="low", clauses=((on_score("churn_risk", known, BELOW, rule.low_below),),)),
        Rule(value="medium", clauses=((on_score("churn_risk", known, BELOW, rule.medium_below),),)),
        Rule(value="high", clauses=((on_score("churn_risk", known, AT_LEAST, rule.medium_below),),)),
    ]
