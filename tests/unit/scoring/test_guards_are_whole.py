"""Is what is told quickly of a guard (who may have stood further) never less than every day of it says?"""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from tests.unit.scoring.build import DAY_0, POLICY, on

from scoring.domain.bond import bond
from scoring.domain.card import score
from scoring.domain.decay import Grid, to_micro
from scoring.domain.policy.policy import TIERS
from scoring.domain.stage import raw_stage
from scoring.domain.standing import standing
from scoring.domain.state.arrays import Arrays, pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.effects import Cancel, Effect, Order, Refund, Tally
from scoring.domain.state.kinds import KINDS
from scoring.domain.state.state import State
from scoring.domain.tier import intimate, shown_tier, tier_without_bond

LAST = 600
INTIMATE = TIERS.index("intimate")


def histories(seed: int, number: int = 400) -> Iterator[State]:
    """Customers with few and many things, old and fresh, whose orders are refunded and cancelled, also early."""
    dice = random.Random(seed)
    first = day_number(DAY_0)
    for one in range(number):
        span = dice.choice((5, 40, 120, 600))
        found: list[Effect] = [
            Tally(first + LAST - dice.randrange(span), dice.randrange(len(KINDS)), dice.choice((0, 400, 1000)))
            for _ in range(dice.randrange(25))
        ]
        for at in range(dice.randrange(9)):
            day, key = first + LAST - dice.randrange(span), f"order:{one}-{at}"
            paid = dice.choice((500, 20_000, 300_000))
            found.append(Order(day * 1_000 + at, "shop", f"o{at}", key, day, paid, paid, "CNY"))
            if dice.random() < 0.3:
                found.append(Cancel(key, day + dice.randrange(60)))
            if dice.random() < 0.3:
                back = day + dice.randrange(-5, 60)
                found.append(Refund(back * 1_000, "shop", f"r{at}", key, f"refund:{at}", back, paid, paid, "CNY"))
        state = State()
        state.apply(found)
        yield state


@pytest.fixture(scope="module", params=[1, 2, 3])
def base(request: pytest.FixtureRequest) -> Arrays:
    return pack_states(histories(request.param))


def grid(base: Arrays, guard: int) -> Grid:
    return Grid(as_of=day_number(on(LAST)), guard=guard, size=base.size)


def test_the_shown_stage_is_the_furthest_of_every_day_of_its_guard(base: Arrays) -> None:
    every = raw_stage(grid(base, POLICY.stage.guard_days), base, POLICY, POLICY.fixed)
    assert (score(base, on(LAST), POLICY, POLICY.fixed).stage == every.max(axis=0)).all()
    assert (every.max(axis=0) > every[0]).any(), "somebody is held up by the guard"


def test_the_shown_tier_is_the_closest_of_every_day_of_its_guard(base: Arrays) -> None:
    days = grid(base, POLICY.guard_days)
    stands = standing(days, base, POLICY, POLICY.fixed)
    bound = bond(
        days,
        base.buckets,
        points=stands.points,
        purchases=stands.purchases,
        engagement=stands.engagement,
        exchange=stands.exchange,
        policy=POLICY,
    )
    close = intimate(bound, stands.personal, POLICY)
    was_close = np.logical_or.reduce(close)
    columns = score(base, on(LAST), POLICY, POLICY.fixed)
    shown = shown_tier(tier_without_bond(stands, POLICY), was_close, columns.severe, POLICY)
    assert (columns.tier == shown).all()
    assert (was_close & ~close[0]).any(), "somebody was intimate and is no longer"


def test_facts_of_today_are_the_first_row_of_the_guards(base: Arrays) -> None:
    stands = standing(grid(base, 30), base, POLICY, POLICY.fixed)
    for facts in (stands.points, stands.purchases):
        today = facts.of_today()
        for half_life in (30.0, 360.0):
            assert np.abs(today.decayed(half_life)[0] - facts.decayed(half_life)[0]).max() < 1e-9
        assert (today.first_day()[0] == facts.first_day()[0]).all()
        assert (today.last_day()[0] == facts.last_day()[0]).all()
    assert (to_micro(stands.engagement[0]) == score(base, on(LAST), POLICY, POLICY.fixed).engagement).all()
