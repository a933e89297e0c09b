"""How do stage and segment go together, and what fits whom? 客户生命周期管理

Source: checklist.md, lifecycle management: a matrix of stage x segment with the customers of each cell, their net money
of 12 months, and names of shipped playbooks that suit it (suggestions: engagement's own rules decide).
Example: two customers in loyalty and high_value with 500 and 700 are a cell of 2 customers and 1200.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.domain.decay import Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES
from scoring.domain.rfm import Ranks

_BY_STAGE: Final = {
    "initial_contact": ("thanks_first_order", "survey_invitation"),
    "trust_building": ("delivery_check", "survey_invitation"),
    "loyalty": ("return_visit", "promoter_thanks"),
    "long_term": ("festival_greeting", "promoter_thanks"),
}
_BY_SEGMENT: Final = {
    "high_value": ("key_account_care",),
    "churned": ("win_back_high_value",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Customers of one stage and one segment, and their net money of 12 months."""

    stage: str
    segment: str
    customers: int
    monetary_minor: int
    actions: tuple[str, ...]


def no_customers() -> Ints:
    """The table before anybody is counted: [customers or money, stage, segment]."""
    return np.zeros((2, len(STAGES), len(SEGMENTS)), dtype=np.int64)


def lifecycle(stage: Ranks, segment: Ranks, monetary_minor: Ints) -> Ints:
    """The table of some customers, to be added to others'."""
    table = no_customers()
    np.add.at(table[0], (stage, segment), 1)
    np.add.at(table[1], (stage, segment), monetary_minor)
    return table


def cells(table: Ints) -> list[Cell]:
    """Every cell, the furthest stage and the highest segment first."""
    return [
        Cell(
            stage=STAGES[stage],
            segment=SEGMENTS[segment],
            customers=int(table[0, stage, segment]),
            monetary_minor=int(table[1, stage, segment]),
            actions=suggested(STAGES[stage], SEGMENTS[segment]),
        )
        for stage in reversed(range(len(STAGES)))
        for segment in reversed(range(len(SEGMENTS)))
    ]


def suggested(stage: str, segment: str) -> tuple[str, ...]:
    """Names of shipped playbooks; who has left is first to be won back, and hears nothing else."""
    of_segment = _BY_SEGMENT.get(segment, ())
    return of_segment if segment == "churned" else (*of_segment, *_BY_STAGE[stage])
