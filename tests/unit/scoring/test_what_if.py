"""Does a what-if count exactly who would stand elsewhere, whatever the pages?"""

from collections import Counter
from datetime import date
from typing import Any

import msgspec
import numpy as np
from bench.synthetic_states import synthetic_states
from tests.unit.scoring.build import POLICY
from tests.unit.scoring.test_policy import changed

from scoring.domain.card import Cards, score
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import Policy
from scoring.domain.reports.what_if import DIMENSIONS, Moves
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number

AS_OF = date(2026, 11, 30)
DRAFT = Policy.from_mapping(
    changed("tier/guard_days", 0) | {"status": {**changed("version", "x")["status"], "dormant_from_days": 20}}
)
BODIES = [body for page in synthetic_states(300, as_of=AS_OF) for body in page]
IDS = [f"c-{number:03}" for number in range(len(BODIES))]


def judged(bodies: list[bytes], policy: Policy) -> Columns:
    return score(pack(bodies), AS_OF, policy, policy.fixed)


BEFORE, AFTER = judged(BODIES, POLICY), judged(BODIES, DRAFT)
KNOWN = known_on(pack(BODIES), day_number(AS_OF))


def compared(pages: list[slice], movers: int = 5) -> Moves:
    moves = Moves.none()
    for page in pages:
        places = np.arange(len(IDS))[page]
        moves.add(IDS[page], KNOWN[page], BEFORE.of(places), AFTER.of(places), movers=movers)
        moves = msgspec.convert(msgspec.msgpack.decode(msgspec.msgpack.encode(moves)), Moves)
    return moves


def cards(columns: Columns) -> list[dict[str, Any]]:
    found = Cards(columns, "CNY")
    return [found.card(number, id_) for number, id_ in enumerate(IDS)]


def test_the_matrices_hold_every_customer_where_both_rules_see_it() -> None:
    told = compared([slice(0, 300)]).as_mapping()
    before, after = cards(BEFORE), cards(AFTER)
    assert told["customers"] == 300
    for one in told["dimensions"]:
        name = one["dimension"]
        pairs = [(was[name], now[name]) for was, now in zip(before, after, strict=True)]
        expected = Counter(pairs)
        assert {(cell["from"], cell["to"]): cell["customers"] for cell in one["matrix"]} == expected
        assert one["moved"] == sum(count for (was, now), count in expected.items() if was != now)
        money = [card["rfm"]["monetary_minor"] or 0 for card in before]
        moved = [minor for (was, now), minor in zip(pairs, money, strict=True) if was != now]
        assert one["moved_monetary_minor"] == sum(moved)
    moved_by = {one["dimension"]: one["moved"] for one in told["dimensions"]}
    assert moved_by["tier"] > 0
    assert moved_by["status"] > 0
    assert moved_by["segment"] == 0
    somewhere = [any(was[name] != now[name] for name in DIMENSIONS) for was, now in zip(before, after, strict=True)]
    assert told["moved"] == sum(somewhere)


def test_the_changes_are_what_a_publication_would_tell() -> None:
    told = compared([slice(0, 300)]).as_mapping()
    expected: Counter[tuple[str, Any, Any]] = Counter()
    for was, now in zip(cards(BEFORE), cards(AFTER), strict=True):
        expected.update((name, was[name], now[name]) for name in DIMENSIONS if was[name] != now[name])
        health = [round(card["care"]["health"]) for card in (was, now)]
        if health[0] != health[1]:
            expected[("health", health[0], health[1])] += 1
    assert {(one["dimension"], one["from"], one["to"]): one["customers"] for one in told["changes"]} == expected


def test_the_movers_are_those_with_the_most_money_and_what_moves_of_each() -> None:
    told = compared([slice(0, 300)]).as_mapping()["movers"]
    before, after = cards(BEFORE), cards(AFTER)
    moving = [
        (-(was["rfm"]["monetary_minor"] or 0), was["customer"], was, now)
        for was, now in zip(before, after, strict=True)
        if any(was[name] != now[name] for name in DIMENSIONS)
    ]
    expected = sorted(moving, key=lambda one: one[:2])[:5]
    assert [(one["customer"], one["monetary_minor"]) for one in told] == [(id_, -minus) for minus, id_, *_ in expected]
    for one, (_, _, was, now) in zip(told, expected, strict=True):
        assert one["changes"] == [
            {"dimension": name, "from": was[name], "to": now[name]} for name in DIMENSIONS if was[name] != now[name]
        ]


def test_pages_of_any_size_kept_and_read_again_find_the_same() -> None:
    whole = compared([slice(0, 300)])
    for size in (1, 77, 299):
        assert compared([slice(start, start + size) for start in range(0, 300, size)]) == whole
    assert compared([slice(0, 300)], movers=0).movers == []


def test_whoever_had_done_nothing_by_the_day_is_not_counted() -> None:
    moves = Moves.none()
    moves.add(IDS, np.zeros(300, dtype=np.bool_), BEFORE, AFTER, movers=5)
    assert moves == Moves.none()
    assert moves.as_mapping()["moved_share"] == 0
