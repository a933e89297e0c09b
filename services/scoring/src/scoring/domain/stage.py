"""How far has the relationship come? 初始接触 信任建立 忠诚度提升 长期合作, not always forward (关系的非线性发展)

Source: scoring-model.md section 3, Stage. long_term: tenure >= 365 d since the first purchase, a purchase or personal
contact in >= 3 of the 4 quarters (ages 0-90, 91-181, 182-272, 273-363), risk < .6, Evaluation unknown or >= 50.
loyalty: >= 4 purchase days in 1095 d, tenure >= 90 d, idle < 365 d. Both need no complaint or detractor after the last
purchase day, unless resolved since. trust_building: >= 2 purchase days, or 1 and >= 2 personal messages or meetings
ever. Else initial_contact. Shown: the furthest of the last 30 days.
Example: purchases on days 0 and 30 are trust_building from day 30 on; four of them by day 90, loyalty from day 90 on.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from scoring.domain.churn import buying, churn_risk
from scoring.domain.decay import Flags, Floats, Grid, Ints, counted, to_micro
from scoring.domain.evaluation import evaluation
from scoring.domain.exchange import purchase_days
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.policy_judgements import STAGES
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.rfm import Ranks
from scoring.domain.running_sums import visible_sum
from scoring.domain.state.arrays import Arrays, Buckets, of_kinds, take
from scoring.domain.state.days import FOREVER, NEVER
from scoring.domain.state.kinds import KIND_ID

INITIAL, BUILDING, LOYALTY, LONG_TERM = range(len(STAGES))
MEETING: Final = KIND_ID["meeting"]
QUARTERS: Final = ((0, 90), (91, 181), (182, 272), (273, 363))


def shown_stage(grid: Grid, arrays: Arrays, policy: Policy, thresholds: Thresholds) -> Ranks:
    """The shown stage, an index of STAGES, [size]. Who bought on fewer than two days mostly needs no look at."""
    rule = policy.stage
    alone = min(rule.trust_purchase_days, rule.loyalty_purchase_days, rule.long_term_quarters) <= 1
    days = np.bincount(arrays.purchases.owner, minlength=arrays.size)
    kinds = {*policy.inbound_kinds, MEETING, *(kind for kind, _ in policy.personal_weights)}
    arrays = replace(arrays, buckets=_of_kinds(arrays.buckets, (*kinds, *_heard(policy))))
    talked = np.bincount(_of_kinds(arrays.buckets, tuple(kinds)).owner, minlength=arrays.size)
    asked = np.flatnonzero((days >= 2) | ((days >= 1) & ((talked >= 1) | alone)))
    found = np.full(arrays.size, INITIAL, dtype=np.int8)
    if len(asked):
        theirs, whole = take(arrays, asked), Grid(as_of=grid.as_of, guard=policy.stage.guard_days, size=len(asked))
        shown = raw_stage(whole.today, theirs, policy, thresholds)[0]
        earlier = np.flatnonzero(may_have_been_further(whole, theirs, shown, policy))
        if len(earlier):
            guard = Grid(as_of=grid.as_of, guard=policy.stage.guard_days, size=len(earlier))
            shown[earlier] = raw_stage(guard, take(theirs, earlier), policy, thresholds).max(axis=0)
        found[asked] = shown
    return found


def _heard(policy: Policy) -> tuple[int, ...]:
    """The kinds that tell of trouble, of its end and of Evaluation."""
    said = np.flatnonzero(policy.kinds.evaluation_weight).tolist()
    return (*policy.severe.kinds, *policy.severe.cleared_by, *said)


def may_have_been_further(grid: Grid, arrays: Arrays, today: Ranks, policy: Policy) -> Flags:
    """Whether a day of the guard can have a further stage than today, [size]; told quickly, so of more than have.

    Tenure is longest today; what counts on any day of the guard counts here.
    """
    rule, days, oldest = policy.stage, arrays.purchases, grid.as_of - grid.guard
    known = (days.day <= grid.as_of) & (days.until > oldest)
    first = np.full(grid.size, FOREVER)
    first[days.owner[known][::-1]] = days.day[known][::-1]  # descending: the first one stays
    recent = known & (days.day + rule.loyalty_within_days > oldest)
    often = np.bincount(days.owner[recent], minlength=grid.size) >= rule.loyalty_purchase_days
    loyal = often & (grid.as_of - first >= rule.loyalty_tenure) & (today < LOYALTY)
    lasting = (grid.as_of - first >= rule.long_term_tenure) & (today < LONG_TERM)
    return (today < BUILDING) | loyal | lasting & (_quarters_of_guard(grid, arrays, policy) >= rule.long_term_quarters)


def _quarters_of_guard(grid: Grid, arrays: Arrays, policy: Policy) -> Ints:
    """In how many of the quarters the customer bought or talked, each on whichever day of the guard."""
    owner, day, until = _activity(arrays, policy)
    oldest, quarters = grid.as_of - grid.guard, np.zeros(grid.size, dtype=np.int64)
    for youngest, last in QUARTERS:
        active = np.zeros(grid.size, dtype=np.bool_)
        active[owner[(day + youngest <= grid.as_of) & (np.minimum(until, day + last + 1) > oldest)]] = True
        quarters += active
    return quarters


def raw_stage(grid: Grid, arrays: Arrays, policy: Policy, thresholds: Thresholds) -> Ranks:
    """The raw stage on each day of the grid."""
    rule, purchases = policy.stage, purchase_days(grid, arrays)
    first, last = purchases.first_day(), purchases.last_day()
    bought = first <= grid.days
    tenure, idle = np.where(bought, grid.days - first, -1), np.where(bought, grid.days - last, -NEVER)
    ever = _days_bought(grid, arrays)
    risk = churn_risk(buying(purchases, first, last, grid.rows, thresholds), bought, policy, thresholds)
    content = ~_upset(grid, arrays.buckets, last, policy)
    built = (ever >= rule.trust_purchase_days) | (
        (ever >= 1) & (_spoken(grid, arrays.buckets, policy) >= rule.trust_contacts)
    )
    loyal = bought & content & (tenure >= rule.loyalty_tenure) & (idle < policy.status.lost_from)
    loyal &= _days_bought(grid, arrays, within=rule.loyalty_within_days) >= rule.loyalty_purchase_days
    lasting = bought & content & (tenure >= rule.long_term_tenure) & (to_micro(risk) < rule.long_term_risk_below)
    lasting &= _active_quarters(grid, arrays, policy) >= rule.long_term_quarters
    said = evaluation(grid, arrays.buckets, policy)
    lasting &= ~said.known | (to_micro(said.score) >= rule.long_term_evaluation)
    found = np.where(built, np.int8(BUILDING), np.int8(INITIAL))
    found[loyal] = LOYALTY
    found[lasting] = LONG_TERM
    return found


def _days_bought(grid: Grid, arrays: Arrays, within: int | None = None) -> Floats:
    days = arrays.purchases
    until = days.until if within is None else np.minimum(days.until, days.day + within)
    return visible_sum(grid, days.owner, np.ones(len(days.day)), days.day, until)


def _active_quarters(grid: Grid, arrays: Arrays, policy: Policy) -> Ints:
    """In how many of the four quarters the customer bought or talked."""
    owner, day, until = _activity(arrays, policy)
    ones, quarters = np.ones(len(day)), np.zeros((grid.rows, grid.size), dtype=np.int64)
    for youngest, oldest in QUARTERS:
        ends = np.minimum(until, day + oldest + 1)
        quarters += visible_sum(grid, owner, ones, day + youngest, ends) > 0
    return quarters


def _activity(arrays: Arrays, policy: Policy) -> tuple[Ints, Ints, Ints]:
    """Owner, day and end of every purchase day and every day of personal contact."""
    days, talks = arrays.purchases, _personal(arrays.buckets, policy)
    owner = np.concatenate([days.owner, talks.owner])
    day = np.concatenate([days.day, talks.day])
    return owner, day, np.concatenate([days.until, np.full(len(talks.day), FOREVER)])


def _upset(grid: Grid, buckets: Buckets, last_purchase: Ints, policy: Policy) -> Flags:
    """A complaint or detractor after the last purchase day, with nothing resolved on the same or a later day."""
    trouble = counted(grid, buckets, policy.severe.kinds).last_day()
    cleared = counted(grid, buckets, policy.severe.cleared_by).last_day()
    return (trouble > last_purchase) & (trouble > cleared) & (trouble > NEVER)


def _spoken(grid: Grid, buckets: Buckets, policy: Policy) -> Floats:
    """How many personal messages and meetings there ever were."""
    found = _contacts(buckets, policy)
    forever = np.full(len(found.day), FOREVER)
    return visible_sum(grid, found.owner, found.n.astype(np.float64), found.day, forever)


def _contacts(buckets: Buckets, policy: Policy) -> Buckets:
    return _of_kinds(buckets, (*policy.inbound_kinds, MEETING))


def _personal(buckets: Buckets, policy: Policy) -> Buckets:
    return _of_kinds(buckets, tuple(kind for kind, _ in policy.personal_weights))


def _of_kinds(buckets: Buckets, kinds: tuple[int, ...]) -> Buckets:
    chosen = of_kinds(buckets, kinds)
    return Buckets(
        owner=buckets.owner[chosen],
        day=buckets.day[chosen],
        kind=buckets.kind[chosen],
        n=buckets.n[chosen],
        q_milli=buckets.q_milli[chosen],
    )
