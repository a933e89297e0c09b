"""How do the portrait's tests ask one question about what happened up to a day?"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.unit.scoring.build import DAY_0, POLICY, SETTING, ZONE, columns_of

from scoring.domain.policy.policy import Policy
from scoring.domain.portrait.past import Past
from scoring.domain.portrait.portrait import Around, Drawn, draw
from scoring.domain.portrait.read_past import MOST_EVENTS, read_past
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import Interaction

RULES = POLICY.portrait


def past_of(
    *events: Interaction, day: int = 0, links: Mapping[str, datetime] | None = None, most: int = MOST_EVENTS
) -> Past:
    return read_past(events, day_number(DAY_0) + day, POLICY, SETTING, links=links, most=most)


def drawn(
    events: Iterable[Interaction],
    *,
    day: int,
    around: Around | None = None,
    policy: Policy = POLICY,
    most: int = MOST_EVENTS,
) -> Drawn:
    told = list(events)
    return draw(
        past_of(*told, day=day, most=most),
        columns_of(told, day=day, policy=policy),
        0,
        policy=policy,
        thresholds=policy.fixed,
        around=around or Around(),
        zone=ZONE,
        currency="CNY",
    )


def items(*categories: str) -> list[dict[str, Any]]:
    return [{"sku": f"sku-{category}", "category": category} for category in categories]
