"""What does a playbook answer? One occasion: a transition, an interaction, a calendar day, a case event.

Worked example: order o-1 was delivered on the 20th at 10:00. `delivery_check` asks a day later and is valid for two:
key `shop/o-1`, at the 20th, due_at the 21st 10:00, valid_until the 23rd 10:00.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engagement.domain.playbook import Playbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One step of a playbook for one customer. `at` is event time; unique by (playbook, step, customer, key).

    `facts`: what the occasion itself tells, such as `event` {source, id, type}, `data`, request_id, case_id.
    `id` is None until it is stored.
    """

    id: int | None
    playbook: str
    version: int
    step: int
    customer: str
    key: str
    at: datetime
    due_at: datetime
    valid_until: datetime
    facts: Mapping[str, Any]


def occasions_of(
    playbook: Playbook, *, customer: str, key: str, at: datetime, facts: Mapping[str, Any]
) -> Iterator[Occasion]:
    """One occasion a step; each is due `after` the occasion's instant and valid from then."""
    for step in playbook.steps:
        due_at = at + step.after
        yield Occasion(
            id=None,
            playbook=playbook.name,
            version=playbook.version,
            step=step.index,
            customer=customer,
            key=key,
            at=at,
            due_at=due_at,
            valid_until=due_at + playbook.valid_for,
            facts=facts,
        )
