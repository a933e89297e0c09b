"""How do the scoring tests say what happened, on which day, and read the card of it?"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from scoring.domain.card import card, score
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import Policy
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.currency import Money
from scoring.domain.state.replay import Interaction, Setting, replay

ZONE = ZoneInfo("Asia/Shanghai")
SETTING = Setting(zone=ZONE, money=Money(base_currency="CNY"))
MAPPING: dict[str, Any] = yaml.safe_load(Path("policies/scoring.yaml").read_text(encoding="utf-8"))
POLICY = Policy.from_mapping(MAPPING)
DAY_0 = date(2026, 1, 1)  # a test's day 0; tests count in days from here
RATES = {"EUR": [(0, Fraction(785, 100))]}


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


def at(day: int, hour: float = 12.0) -> datetime:
    """An instant of the local day."""
    local = datetime(DAY_0.year, DAY_0.month, DAY_0.day, tzinfo=ZONE) + timedelta(days=day, hours=hour)
    return local.astimezone(UTC)


_counter = iter(range(1 << 60))


def event(
    type_: str, day: int, *, hour: float = 12.0, source: str = "shop", id_: str | None = None, **data: Any
) -> Interaction:
    return Interaction(type=type_, data=data, time=at(day, hour), source=source, id=id_ or f"e{next(_counter)}")


def order(day: int, amount_minor: int = 10000, order_id: str | None = None, **more: Any) -> Interaction:
    named: dict[str, Any] = {} if order_id is None else {"order_id": order_id}
    return event("order.completed", day, amount_minor=amount_minor, currency="CNY", **named, **more)


def refund(day: int, amount_minor: int, order_id: str | None = None, **more: Any) -> Interaction:
    named: dict[str, Any] = {} if order_id is None else {"order_id": order_id}
    return event("order.refunded", day, amount_minor=amount_minor, currency="CNY", **named, **more)


def rating(kind: str, value: float, most: float = 5, least: float = 1) -> dict[str, Any]:
    return {"rating": {"kind": kind, "value": value, "min": least, "max": most}}


def nps(day: int, value: int) -> Interaction:
    return event("survey.answered", day, **rating("nps", value, 10, 0))


def columns_of(*customers: Iterable[Interaction], day: int, policy: Policy = POLICY) -> Columns:
    states = [replay(events, policy, SETTING) for events in customers]
    return score(pack_states(states), on(day), policy, policy.fixed)


def card_of(events: Iterable[Interaction], *, day: int, policy: Policy = POLICY) -> dict[str, Any]:
    return card(columns_of(events, day=day, policy=policy), 0, customer="c_test", currency="CNY")
