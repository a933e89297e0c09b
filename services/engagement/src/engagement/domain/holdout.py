"""Who is left out, so that the effect can be measured? An arm computed from the experiment and the customer alone.

Source: care-model.md section 4: HMAC(experiment, customer) mod 10,000 < share x 10,000 is the control arm; a retry
gives the same arm. The global control group gets no marketing at all and changes with each quarter.
Worked example: a share of 0.1 holds out the numbers 0 to 999 of 10,000.
"""

import hashlib
import hmac
from datetime import date
from enum import StrEnum
from typing import Final

BUCKETS: Final = 10_000


class Arm(StrEnum):
    TREATED = "treated"
    CONTROL = "control"


def bucket(experiment: str, customer: str) -> int:
    """A customer's number from 0 to 9,999 in an experiment."""
    digest = hmac.digest(experiment.encode(), customer.encode(), hashlib.sha256)
    return int.from_bytes(digest[:8]) % BUCKETS


def arm_of(experiment: str, customer: str, *, share: float) -> Arm:
    """Control for `share` of the customers (0.1 = 10 %)."""
    return Arm.CONTROL if bucket(experiment, customer) < round(share * BUCKETS) else Arm.TREATED


def global_experiment(on: date) -> str:
    """The name of the global control group of a quarter: global:2026q4."""
    return f"global:{on.year}q{(on.month - 1) // 3 + 1}"
