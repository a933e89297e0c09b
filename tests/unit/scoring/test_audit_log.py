"""What of the log is to be audited, and when are its count and sum of hashes those of the ledger?"""

from datetime import UTC, datetime, timedelta

import pytest

from common.dead_letters import Received
from common.events import Event
from scoring.store.topic_log import Logged
from scoring.usecases.audit_log import Summed, hash_of, ranges_to_audit, wrapped

PLACE = ("topic", 3)
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def logged(offset: int, id_: str, source: str = "shop", subject: str = "c-1") -> Logged:
    event = Event(id=id_, source=source, type="page.viewed", subject=subject, time=AT)
    received = Received(topic=PLACE[0], partition=PLACE[1], offset=offset, value=b"", event=event)
    return Logged(offset=offset, at=AT + timedelta(seconds=offset), received=received)


def test_a_hash_is_the_first_64_bits_that_postgresql_computes() -> None:
    # SELECT ('x' || left(md5('shop/o-1'), 16))::bit(64)::bigint
    assert hash_of("shop", "o-1") == 4707244370250041972
    assert -(1 << 63) <= hash_of("shop", "o-2") < 1 << 63


def test_a_sum_stays_in_64_bits() -> None:
    assert wrapped((1 << 63) - 1) == (1 << 63) - 1
    assert wrapped(1 << 63) == -(1 << 63)
    assert wrapped(-(1 << 63) - 1) == (1 << 63) - 1


def test_neither_order_nor_repeats_change_what_a_range_holds() -> None:
    one, other = Summed(), Summed()
    one.add([logged(0, "a"), logged(1, "b")])
    other.add([logged(4, "b"), logged(5, "a"), logged(6, "b")])
    ledger = (2, hash_of("shop", "a") + hash_of("shop", "b"))
    assert one.equals(ledger)
    assert other.equals(ledger)
    assert (one.earliest, one.subjects) == (AT, {"c-1"})


@pytest.mark.parametrize(
    "ledger", [(1, hash_of("shop", "a")), (2, hash_of("shop", "a") + hash_of("shop", "c")), (0, 0)]
)
def test_a_lost_or_another_event_is_told_by_count_or_sum(ledger: tuple[int, int]) -> None:
    log = Summed()
    log.add([logged(0, "a"), logged(1, "b"), Logged(offset=2, at=AT, received=None)])
    assert not log.equals(ledger)


@pytest.mark.parametrize(
    ("progress", "audited", "bounds", "range_"),
    [
        (10, None, (0, 20), (0, 10)),
        (10, 4, (0, 20), (4, 10)),
        (10, 10, (0, 20), None),
        (10, 4, (7, 20), (7, 10)),  # retention took what was not audited
        (10, 14, (0, 20), None),  # the consumer was set back: what it applies again comes next time
        (900, 4, (0, 1000), (4, 104)),  # no more than so many at once
        (10, 4, (0, 8), (4, 8)),  # applied beyond the end of the log
        (0, None, (0, 0), None),
    ],
)
def test_what_was_applied_and_is_still_on_the_log_is_audited_once(
    progress: int, audited: int | None, bounds: tuple[int, int], range_: tuple[int, int] | None
) -> None:
    known = {} if audited is None else {PLACE: audited}
    found = ranges_to_audit({PLACE: progress}, known, {PLACE: bounds}, most=100)
    assert found == ({} if range_ is None else {PLACE: range_})
