"""Does a key get its rate, its burst, and no more, however its requests are spaced?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import TooMany
from common.http.rate_limit import Rate, RateLimiter

RATE = Rate(per_second=10, burst=20)


class Clock:
    """Hands out a time that the test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def allowed(limiter: RateLimiter, *, cost: float = 1.0) -> bool:
    try:
        limiter.take("key", cost=cost)
    except TooMany:
        return False
    return True


def test_a_burst_passes_and_the_next_waits_for_one_token() -> None:
    clock = Clock()
    limiter = RateLimiter(RATE, monotonic=clock)
    assert [allowed(limiter) for _ in range(21)] == [True] * 20 + [False]
    clock.seconds += 0.1
    assert [allowed(limiter) for _ in range(2)] == [True, False]


def test_a_refused_request_costs_nothing_and_is_told_when() -> None:
    limiter = RateLimiter(RATE, monotonic=Clock())
    limiter.take("key", cost=20)
    for _ in range(3):
        with pytest.raises(TooMany) as refused:
            limiter.take("key", cost=15)
        assert refused.value.retry_after == 2


def test_keys_do_not_share_and_may_have_a_rate_of_their_own() -> None:
    limiter = RateLimiter(RATE, monotonic=Clock())
    limiter.take("one", cost=20)
    limiter.take("two", cost=20)
    limiter.take("three", cost=200, per_second=100)
    with pytest.raises(TooMany):
        limiter.take("three", per_second=100)


def test_a_batch_larger_than_the_burst_passes_a_full_bucket() -> None:
    clock = Clock()
    limiter = RateLimiter(RATE, monotonic=clock)
    assert allowed(limiter, cost=100)
    clock.seconds += 7.9
    assert not allowed(limiter)
    clock.seconds += 0.2
    assert allowed(limiter)


def test_the_headers_tell_what_is_left() -> None:
    policy, left = RateLimiter(RATE, monotonic=Clock()).take("key", cost=5)
    assert policy == (b"ratelimit-policy", b'"default";q=20;w=2')
    assert left == (b"ratelimit", b'"default";r=15;t=1')


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_spacing_gets_more_than_burst_and_rate(gaps: list[float]) -> None:
    clock = Clock()
    limiter = RateLimiter(RATE, monotonic=clock)
    passed = 0
    for gap in gaps:
        clock.seconds += gap
        passed += allowed(limiter, cost=7) * 7
    assert passed <= RATE.burst + RATE.per_second * sum(gaps) + 1e-6
