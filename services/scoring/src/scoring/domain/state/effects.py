"""What does one event add to a customer's state?

Source: scoring-model.md section 2. Kinds come from the policy's table; the three money types become order rows; types
that only guanxi's own services may speak are unknown types from anyone else; a type that matches nothing adds `other`.
Example: order.delivered after data.promised_at adds delivered_late and promise_broken to its local day.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeGuard

from common.errors import Malformed
from scoring.domain.policy.kind_table import MONEY_TYPES, KindTable
from scoring.domain.policy.mapping import TypeRules, value_at
from scoring.domain.policy.policy import Policy
from scoring.domain.state.currency import Money
from scoring.domain.state.days import local_day, microseconds
from scoring.domain.state.kinds import KIND_ID

OTHER: Final = KIND_ID["other"]

_RESERVED: Final = (
    "identity.",
    "customer.",
    "relationship.",
    "care.",
    "task.",
    "benefit.",
    "survey.",
    "case.",
    "idea.",
)
_FROM_ANYONE: Final = frozenset({"survey.answered"})


class EventMalformed(Malformed):
    """A scored event lacks a fact that its type must carry, or carries it in the wrong form."""

    code = "event_malformed"


# Tuples, not dataclasses: several are made for every event, and (time_us, source, id) first makes `min` the tie rule.
class Tally(NamedTuple):
    """One event of a kind on a day; q_milli = half-even(1000 q) where the event itself carries a quality."""

    day: int
    kind: int
    q_milli: int


class Order(NamedTuple):
    """An order as its defining event tells it; amount_minor in `currency`, paid_minor in the base currency."""

    time_us: int
    source: str
    id: str
    key: str
    day: int
    paid_minor: int
    amount_minor: int
    currency: str


class Refund(NamedTuple):
    """A refund; order_key is empty when no order is named. base_minor: worth at the rate of its own day."""

    time_us: int
    source: str
    id: str
    order_key: str
    key: str
    day: int
    base_minor: int
    minor: int
    currency: str


class Cancel(NamedTuple):
    order_key: str
    day: int


Effect = Tally | Order | Refund | Cancel


def effects(
    event_type: str,
    data: Mapping[str, Any],
    time: datetime,
    source: str,
    id: str,  # noqa: A002 - the event's own word
    policy: Policy,
    zone: tzinfo,
    money: Money,
) -> Sequence[Effect]:
    """The effects of one event; `time` is aware. Raises EventMalformed."""
    day = local_day(time, zone)
    kinds = kinds_of_all(event_type, source, policy)
    return effects_on(day, event_type, data, time, source, id, policy, money) if kinds is None else plain(kinds, day)


def kinds_of_all(event_type: str, source: str, policy: Policy) -> tuple[int, ...] | None:
    """The kinds that every event of a type from a source counts as; None where that depends on what it holds."""
    rules = policy.kinds.rules.get(event_type)
    if rules is None:
        return None if event_type in MONEY_TYPES else (OTHER,)
    if event_type.startswith(_RESERVED) and not source.startswith("guanxi.") and event_type not in _FROM_ANYONE:
        return (OTHER,)
    return rules.always


def effects_on(
    day: int,
    event_type: str,
    data: Mapping[str, Any],
    time: datetime,
    source: str,
    id: str,  # noqa: A002 - the event's own word
    policy: Policy,
    money: Money,
) -> Sequence[Effect]:
    """The effects of an event whose local day is known and whose kinds depend on what it holds."""
    rules = policy.kinds.rules.get(event_type)
    if rules is None:
        return _money(event_type, data, time, source, id, day, money)
    facts = _delivery_facts(data, time) if event_type == "order.delivered" else data
    told = [value_at(facts, steps) for steps in rules.asked]
    quality = answer_quality(data) if rules.answers else None
    try:
        return _tallies(rules, policy.kinds, day, quality, *told)
    except TypeError:  # a list or an object where a plain fact is asked for: told without remembering
        return _tallies.__wrapped__(rules, policy.kinds, day, quality, *told)


@lru_cache(maxsize=4096)
def plain(kinds: tuple[int, ...], day: int) -> Sequence[Effect]:
    """One of each kind. Remembered: most events are one of few kinds on one of few days."""
    return tuple(Tally(day, kind, 0) for kind in kinds)


def _money(
    event_type: str, data: Mapping[str, Any], time: datetime, source: str, event: str, day: int, money: Money
) -> Sequence[Effect]:
    if event_type == "order.completed":
        return [_order(data, time, source, event, day, money)]
    if event_type == "order.refunded":
        return [_refund(data, time, source, event, day, money)]
    order_id = data.get("order_id")
    return [] if order_id is None else [Cancel(_named(order_id), day)]


@lru_cache(maxsize=8192, typed=True)
def _tallies(rules: TypeRules, kinds: KindTable, day: int, quality: float | None, *told: Any) -> Sequence[Effect]:
    """Remembered: of a type's events many are alike in what is asked."""
    facts = dict(zip(rules.asked, told, strict=True))
    found: list[Effect] = []
    for rule in rules.ways:
        if rule.conditions and not rule.holds(facts):
            continue
        if not rule.answer:
            found.append(Tally(day, rule.kind, 0))
            continue
        if quality is None:
            continue
        found.append(Tally(day, rule.kind, round(1000 * quality)))
        if quality <= kinds.detractor_at_most.get(rule.kind, -1.0):
            found.append(Tally(day, KIND_ID["detractor"], 0))
    return tuple(found) or plain((OTHER,), day)


def answer_quality(data: Mapping[str, Any]) -> float | None:
    """q = (value - min)/(max - min) of data.rating, or None when there is no answer inside its own scale."""
    rating = data.get("rating")
    if not isinstance(rating, dict):
        return None
    value, least, most = rating.get("value"), rating.get("min"), rating.get("max")
    if not (_is_number(value) and _is_number(least) and _is_number(most)):
        return None
    if not least < most or not least <= value <= most:
        return None
    return float((value - least) / (most - least))


def _is_number(value: object) -> TypeGuard[float]:
    return value.__class__ in (int, float)


def _delivery_facts(data: Mapping[str, Any], time: datetime) -> dict[str, Any]:
    promised_at = data.get("promised_at")
    if promised_at is None:
        return {**data, "promised": False, "on_time": True}
    try:
        promise = promised_at if isinstance(promised_at, datetime) else datetime.fromisoformat(promised_at)
        on_time = time <= promise
    except (TypeError, ValueError) as err:
        raise EventMalformed("promised_at must be an instant with an offset", field="promised_at") from err
    return {**data, "promised": True, "on_time": on_time}


def _named(order_id: object) -> str:
    return f"order:{_text(order_id)}"


def _text(value: object) -> str:
    return str(value).replace("\x00", "")


def _amount(data: Mapping[str, Any], *, least: int) -> int:
    minor = data.get("amount_minor")
    if not isinstance(minor, int) or isinstance(minor, bool) or not least <= minor < 1 << 53:
        raise EventMalformed(f"amount_minor must be a whole number of at least {least}", field="amount_minor")
    return minor


def _currency(data: Mapping[str, Any], money: Money) -> str:
    currency = data.get("currency")
    return money.base_currency if currency is None else _text(currency)


def _order(data: Mapping[str, Any], time: datetime, source: str, event: str, day: int, money: Money) -> Order:
    amount, currency, order_id = _amount(data, least=0), _currency(data, money), data.get("order_id")
    key = f"event:{source}:{event}" if order_id is None else _named(order_id)
    return Order(microseconds(time), source, event, key, day, money.in_base(amount, currency, day), amount, currency)


def _refund(data: Mapping[str, Any], time: datetime, source: str, event: str, day: int, money: Money) -> Refund:
    amount, currency = _amount(data, least=1), _currency(data, money)
    order_id, refund_id = data.get("order_id"), data.get("refund_id")
    own = order_id is None or refund_id is None
    key = f"event:{source}:{event}" if own else f"refund:{_text(refund_id)}"
    order_key = "" if order_id is None else _named(order_id)
    worth = money.in_base(amount, currency, day)
    return Refund(microseconds(time), source, event, order_key, key, day, worth, amount, currency)
