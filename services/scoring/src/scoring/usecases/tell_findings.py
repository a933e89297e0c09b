"""How is what an audit found told? A kind, where it was, and in a sentence what it means or what to do."""

from collections.abc import Iterable, Mapping
from typing import Final

from common.progress import Place
from scoring.domain.counted import counted
from scoring.store.audit import OLDER_KINDS, Finding
from scoring.usecases.rebuild_subjects import Comparison
from scoring.usecases.restore_events import Restored

_MISSING: Final = "on the log and applied, but neither on the ledger nor a dead letter; a repair puts it back"
_UNREADABLE: Final = "no event of this version, and no dead letter: read the record and send it again, corrected"
_EXTRA: Final = "on the ledger at a place of the log where another record stands: somebody wrote it there by hand"
_ALTERED: Final = "the state is not what the ledger makes of its events; a repair replays them"
_OLDER: Final = (
    "no drift, cause policy: older events count as an earlier policy said, whose types or when were others; "
    "a replay counts them by the one in force"
)
_LOST_ROW: Final = "there are events and no state; a repair replays them"
_SURPLUS: Final = "there is a state and no event that adds to it; a repair removes it"
_UNMARKED: Final = "erased by an event on the ledger, and the row does not say so; a repair marks it"
_SHOWN: Final = "what is shown or published differs from what the state makes; a repair judges anew as of that day"
_BEYOND: Final = "applied beyond the end of the log: the topic was recreated or lost records; see docs/operations.md"


def of_events(place: Place, found: Restored, *, is_repaired: bool) -> list[Finding]:
    """Events that the ledger lacked, and records that are nothing."""
    topic, partition = place
    lost = [
        Finding(
            kind="event_missing",
            detail=_MISSING,
            is_repaired=is_repaired,
            customer=one.event.subject,
            topic=topic,
            partition=partition,
            offset=one.offset,
            source=one.event.source,
            id=one.event.id,
        )
        for one in found.lost
    ]
    return lost + [
        Finding(
            kind="event_unreadable",
            detail=_UNREADABLE,
            is_repaired=False,
            topic=topic,
            partition=partition,
            offset=offset,
        )
        for offset in found.unreadable
    ]


def of_extra(place: Place, names: Mapping[int, tuple[str, str]]) -> list[Finding]:
    """Rows of the ledger, by offset, that the log does not know there."""
    return [
        Finding(
            kind="event_extra",
            detail=_EXTRA,
            is_repaired=False,
            topic=place[0],
            partition=place[1],
            offset=offset,
            source=source,
            id=id_,
        )
        for offset, (source, id_) in sorted(names.items())
    ]


def of_states(partition: int, found: Comparison, *, is_repaired: bool) -> list[Finding]:
    """Rows of state that differ from the ledger."""
    kinds: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("state_altered", _ALTERED, found.altered),
        (OLDER_KINDS, _OLDER, found.older),
        ("state_lost", _LOST_ROW, found.lost),
        ("state_surplus", _SURPLUS, found.surplus),
        ("erasure_unmarked", _UNMARKED, found.unmarked),
    )
    return [
        Finding(kind=kind, detail=detail, is_repaired=is_repaired, customer=subject, partition=partition)
        for kind, detail, subjects in kinds
        for subject in subjects
    ]


def of_lost(lost: Mapping[str, int]) -> list[Finding]:
    """Customers of whom events are known by key that neither ledger nor log still has."""
    return [
        Finding(
            kind="ledger_lost",
            detail=f"{counted(events, 'event is', 'events are')} known by key and gone from ledger and log: "
            "restore a backup; the state stays",
            is_repaired=False,
            customer=customer,
        )
        for customer, events in sorted(lost.items())
    ]


def of_shown(partition: int, customers: Iterable[str], *, is_repaired: bool) -> list[Finding]:
    """Customers whose shown columns, or last published row, are not what their state makes."""
    return [
        Finding(kind="shown_altered", detail=_SHOWN, is_repaired=is_repaired, customer=one, partition=partition)
        for one in customers
    ]


def of_place(place: Place) -> Finding:
    """The consumer is beyond the end of the log."""
    return Finding(kind="progress_beyond_log", detail=_BEYOND, is_repaired=False, topic=place[0], partition=place[1])


def of_stuck(partition: int, rows: int, seconds: int, *, is_repaired: bool) -> Finding:
    """Rows of the outbox that nobody sent in time."""
    detail = (
        f"{counted(rows, 'message waits', 'messages wait')}, the oldest for {seconds} s; a repair sends what waits: "
        "see the relay's and the broker's log"
    )
    return Finding(kind="outbox_stuck", detail=detail, is_repaired=is_repaired, partition=partition)
