"""When is a delivery tried again, and when does an endpoint rest?"""

from datetime import timedelta

import pytest

from engagement.domain.breaker import FAILURES, Breaker
from engagement.domain.retry_budget import RetryBudget
from engagement.domain.retry_schedule import SCHEDULE, delay_before_next_try


@pytest.mark.parametrize(
    ("tried", "longest"),
    [(1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18_000), (6, 36_000), (7, 50_400), (8, 72_000), (9, 86_400)],
)
def test_each_try_waits_at_most_its_place_in_the_schedule(tried: int, longest: int) -> None:
    assert delay_before_next_try(SCHEDULE, tried=tried, draw=0.0) == timedelta()
    assert delay_before_next_try(SCHEDULE, tried=tried, draw=0.5) == timedelta(seconds=longest / 2)


def test_after_the_last_try_there_is_none() -> None:
    assert delay_before_next_try(SCHEDULE, tried=10, draw=0.5) is None


def test_nobody_is_called_before_the_time_it_asked_for() -> None:
    asked = timedelta(minutes=10)
    assert delay_before_next_try(SCHEDULE, tried=1, draw=0.5, retry_after=asked) == asked
    assert delay_before_next_try(SCHEDULE, tried=3, draw=0.5, retry_after=asked) == timedelta(minutes=15)
    assert delay_before_next_try(SCHEDULE, tried=1, draw=0.5, retry_after=timedelta(days=30)) == timedelta(days=1)


def broken(at: float = 100.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.failed(at)
    return breaker


def test_a_breaker_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(100.0)
    assert breaker.room(100.0, 64) == 64
    breaker.succeeded()
    for _ in range(FAILURES - 1):
        breaker.failed(100.0)
    assert breaker.room(100.0, 64) == 64
    breaker.failed(100.0)
    assert breaker.room(100.5, 64) == 0


def test_after_the_pause_one_probe_goes_out_and_decides() -> None:
    breaker = broken()
    assert breaker.room(101.0, 64) == 1
    breaker.began(101.0)
    assert breaker.room(101.0, 64) == 0
    breaker.failed(101.5)
    assert (breaker.room(103.4, 64), breaker.room(103.5, 64)) == (0, 1)
    breaker.began(103.5)
    breaker.succeeded()
    assert breaker.room(103.6, 64) == 64


def test_a_dead_endpoint_is_probed_every_twenty_seconds_at_most() -> None:
    breaker, now, probes = broken(), 100.0, 0
    while now < 700.0:
        if breaker.room(now, 64):
            breaker.began(now)
            breaker.failed(now)
            probes += 1
        now += 0.1
    assert 30 <= probes <= 36
    assert breaker.open_until - now <= 20.0


def test_many_failures_of_one_moment_are_one_opening() -> None:
    breaker = broken()
    for _ in range(60):
        breaker.failed(100.1)
    assert breaker.room(101.0, 64) == 1


def test_the_receivers_own_pause_is_obeyed_for_the_whole_endpoint() -> None:
    breaker = Breaker()
    breaker.failed(100.0, retry_after=30.0)
    assert (breaker.room(129.9, 64), breaker.room(130.0, 64)) == (0, 1)


def test_a_probe_that_never_ended_does_not_hold_the_endpoint_for_ever() -> None:
    breaker = broken()
    breaker.began(101.0)
    assert (breaker.room(160.0, 64), breaker.room(162.0, 64)) == (0, 1)


def test_retries_are_a_tenth_of_the_first_tries_beside_a_steady_rate() -> None:
    budget = RetryBudget(per_second=0.5, kept=0.0, counted_at=0.0)
    budget.tried_first(1000)
    assert budget.room(0.0) == 100
    budget.tried_again(100)
    assert budget.room(0.0) == 0
    assert budget.room(60.0) == 30


def test_what_is_not_used_is_kept_within_bounds() -> None:
    budget = RetryBudget(counted_at=0.0)
    budget.tried_first(1_000_000)
    assert budget.room(1_000_000.0) == 100
