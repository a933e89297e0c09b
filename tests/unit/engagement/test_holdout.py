"""Is the arm the same on every retry, of the asked share, and independent between experiments?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.holdout import BUCKETS, Arm, arm_of, bucket, global_experiment

CUSTOMERS = [f"c_{number}" for number in range(20_000)]


def test_the_number_of_a_customer_never_changes() -> None:
    assert bucket("win_back:1", "c_ann") == 3373
    assert bucket("win_back:2", "c_ann") != bucket("win_back:1", "c_ann")


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_the_control_arm_has_its_share(share: float) -> None:
    control = sum(arm_of("win_back:1", one, share=share) is Arm.CONTROL for one in CUSTOMERS)
    assert abs(control / len(CUSTOMERS) - share) < 4 * (share * (1 - share) / len(CUSTOMERS)) ** 0.5


def test_two_experiments_hold_out_different_customers() -> None:
    first = {one for one in CUSTOMERS if arm_of("win_back:1", one, share=0.1) is Arm.CONTROL}
    second = {one for one in CUSTOMERS if arm_of("thanks:1", one, share=0.1) is Arm.CONTROL}
    assert abs(len(first & second) / len(CUSTOMERS) - 0.01) < 0.003


@given(customer=st.text(min_size=1), share=st.sampled_from([0.0, 1.0]))
def test_nobody_and_everybody(customer: str, share: float) -> None:
    assert 0 <= bucket("x", customer) < BUCKETS
    assert arm_of("x", customer, share=share) is (Arm.CONTROL if share else Arm.TREATED)


@pytest.mark.parametrize(
    ("on", "name"),
    [(date(2026, 12, 31), "global:2026q4"), (date(2027, 1, 1), "global:2027q1"), (date(2027, 4, 1), "global:2027q2")],
)
def test_the_global_control_group_changes_with_the_quarter(on: date, name: str) -> None:
    assert global_experiment(on) == name
