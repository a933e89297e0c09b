"""How do a customer's events become the past that the portrait is drawn from?

Source: scoring-model.md section 1. Later days than the as-of day and repetitions are left out; of more than `most`
events the newest stay; types that only guanxi's services may speak count from them alone; an order is live and worth
as much as it is for every score. Example: an order of 100 refunded in full on day 5 is a purchase as of day 4 only.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from scoring.domain.policy.policy import Policy
from scoring.domain.portrait.past import Deed, Past, Purchase
from scoring.domain.state.days import FOREVER, local_day, microseconds
from scoring.domain.state.effects import Cancel, Order, Refund, Tally, answer_quality
from scoring.domain.state.kinds import KINDS
from scoring.domain.state.orders import worths
from scoring.domain.state.replay import Interaction, Setting, effects_of, unique

MOST_EVENTS: Final = 5000
MOST_CATEGORIES: Final = 50  # of one order

OURS: Final = ("identity.", "customer.", "relationship.", "care.", "task.", "benefit.", "case.", "idea.")
"""What is believed from guanxi's own services only."""


def read_past(
    interactions: Iterable[Interaction],
    as_of: int,
    policy: Policy,
    setting: Setting,
    *,
    links: Mapping[str, datetime] | None = None,
    most: int = MOST_EVENTS,
    is_cut: bool = False,
) -> Past:
    """The past as of a day number; `is_cut`: older events were left out already. Raises EventMalformed."""
    zone = setting.zone
    aged = [(as_of - local_day(one.time, zone), one) for one in unique(interactions) if _is_believed(one)]
    known = [(age, one) for age, one in aged if age >= 0]
    known.sort(key=lambda each: (each[1].time, each[1].source, each[1].id))
    by_type: dict[str, list[Deed]] = {}
    by_kind: dict[str, list[Deed]] = {}
    orders: dict[str, tuple[Order, Deed]] = {}
    refunds: dict[str, dict[str, Refund]] = {}
    cancels: dict[str, int] = {}
    deeds = []
    for age, one in known[-most:]:
        found = effects_of(one, policy, setting)
        kinds = tuple(dict.fromkeys(KINDS[effect.kind] for effect in found if isinstance(effect, Tally)))
        deed = _deed(one, age, kinds, zone)
        deeds.append(deed)
        by_type.setdefault(deed.type, []).append(deed)
        for kind in kinds:
            by_kind.setdefault(kind, []).append(deed)
        for effect in found:
            if isinstance(effect, Order):
                orders.setdefault(effect.key, (effect, deed))  # ascending, so the first one defines it
            elif isinstance(effect, Refund):
                refunds.setdefault(effect.order_key, {}).setdefault(effect.key, effect)
            elif isinstance(effect, Cancel):
                cancels[effect.order_key] = min(effect.day, cancels.get(effect.order_key, FOREVER))
    purchases = []
    for key, (order, deed) in orders.items():
        net = _net(order, refunds.get(key, {}), cancels, as_of)
        if net > 0:
            purchases.append(Purchase(deed=deed, net_minor=net, categories=categories(deed.data)))
    return Past(
        as_of=as_of,
        deeds=tuple(deeds),
        by_type={type_: tuple(rows) for type_, rows in by_type.items()},
        by_kind={kind: tuple(rows) for kind, rows in by_kind.items()},
        purchases=tuple(purchases),
        links=links or {},
        is_cut=is_cut or len(known) > most,
    )


def _is_believed(one: Interaction) -> bool:
    return one.source.startswith("guanxi.") or not one.type.startswith(OURS)


def _deed(one: Interaction, age: int, kinds: tuple[str, ...], zone: tzinfo) -> Deed:
    local = one.time.astimezone(zone)
    return Deed(
        time_us=microseconds(one.time),
        source=one.source,
        id=one.id,
        type=one.type,
        age=age,
        hour=local.hour,
        weekday=local.weekday(),
        at=one.time,
        subject=one.subject,
        data=one.data,
        kinds=kinds,
        quality=answer_quality(one.data),
        answers=tuple(_answers(one.data)) if one.type == "survey.answered" else (),
    )


def _answers(data: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    told = data.get("answers")
    for one in told if isinstance(told, list) else ():
        quality = answer_quality({"rating": one})
        if quality is not None:
            yield str(one.get("question")), str(one.get("kind")), quality


def _net(order: Order, refunds: Mapping[str, Refund], cancels: Mapping[str, int], as_of: int) -> int:
    of_order = {order.key: cancels[order.key]} if order.key in cancels else {}
    pieces = worths([order], refunds.values(), of_order)[0]
    return sum(net for _, since, until, net in pieces if since <= as_of < until and net > 0)


def categories(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The categories of an order's items, each once, ascending."""
    items = data.get("items")
    if not isinstance(items, list):
        return ()
    told = (item.get("category") for item in items if isinstance(item, Mapping))
    return tuple(sorted({each for each in told if isinstance(each, str) and each}))[:MOST_CATEGORIES]
