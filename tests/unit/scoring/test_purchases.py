"""Is a buyer's row the same, whether orders came one at a time, by the batch, or are all written anew?"""

from itertools import islice

import pytest

from scoring.domain.state.effects import Cancel, Effect, Order, Refund, Tally
from scoring.domain.state.purchases import write_section
from scoring.domain.state.state import State

DAYS = (5, 5, 5, 6, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9)
WAITING = Refund(1, "shop", "r", "order:later", "refund:1", 5, 40, 40, "CNY")
SAME_DAY = Refund(1, "shop", "r", "order:0", "refund:1", 8, 40, 40, "CNY")


def order(number: int, day: int) -> Order:
    paid = 0 if number == 3 else 100 + number * 37 % 90
    return Order(1000 * day + number, "shop", f"o-{number}", f"order:{number}", day, paid, paid, "CNY")


def written_anew(state: State) -> bytes:
    """The row as it is when nothing of it was kept as bytes."""
    counts, section = write_section(state.purchases)
    row = State.union([state]).encode()
    assert row.endswith(section)
    assert list(memoryview(row).cast("q")[2:8]) == list(counts)
    return row


@pytest.mark.parametrize("before", [(), (Tally(4, 1, 0),), (WAITING,), (SAME_DAY,), (Cancel("order:1", 9),)])
@pytest.mark.parametrize("batch", [1, 2, 3, 9, 15])
def test_orders_in_their_order_give_the_row_that_is_written_anew(before: tuple[Effect, ...], batch: int) -> None:
    state = State()
    state.apply(before)
    coming = iter([order(number, day) for number, day in enumerate(DAYS)])
    while orders := list(islice(coming, batch)):
        state = State.decode(state.encode())
        state.apply(orders)
        assert state.encode() == written_anew(State.decode(state.encode()))


@pytest.mark.parametrize("paid", [0, 100])
def test_a_first_order_alone_gives_the_row_that_is_written_anew(paid: int) -> None:
    state = State()
    state.apply([Order(1, "shop", "o-é", "order:7", 5, paid, 100, "EUR")])
    assert state.encode() == written_anew(state)


def test_an_order_that_is_told_twice_in_a_batch_counts_once() -> None:
    state = State()
    state.apply([order(0, 5), order(1, 6)])
    again = order(1, 7)
    state.apply([again, order(2, 8)])
    assert sorted(state.purchases.orders.values()) == [order(0, 5), order(1, 6), order(2, 8)]
