"""Is every event of the log, up to where the consumer has come, on the ledger? Compared by count and a sum of hashes.

The hash of an event is the first 64 bits of md5("source/id"), the sum does not depend on the order, and a repeat within
the range counts once, as on the ledger. Only where count or sum differ are events looked at one by one.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from common.progress import Place
from scoring.store.audit import Range
from scoring.store.topic_log import Logged, TopicLog

PART: Final = 1000
SLACK: Final = timedelta(minutes=10)
"""Between the clocks of the log and of the database."""
_WORD: Final = 1 << 64


def hash_of(source: str, id_: str) -> int:
    """Signed 64 bits; PostgreSQL computes the same (store/audit.py)."""
    digest = hashlib.md5(f"{source}/{id_}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def wrapped(total: int) -> int:
    """A sum in signed 64 bits."""
    return (total + (_WORD >> 1)) % _WORD - (_WORD >> 1)


@dataclass(slots=True, kw_only=True)
class Summed:
    """What a range of the log holds: distinct events, the sum of their hashes, their subjects, the earliest record."""

    events: int = 0
    hash: int = 0
    earliest: datetime | None = None
    subjects: set[str] = field(default_factory=set)
    _told: set[int] = field(default_factory=set)

    def add(self, part: Iterable[Logged]) -> None:
        for one in part:
            self.earliest = one.at if self.earliest is None else min(self.earliest, one.at)
            if one.received is None:
                continue
            event = one.received.event
            self.subjects.add(event.subject)
            hash_ = hash_of(event.source, event.id)
            if hash_ not in self._told:
                self._told.add(hash_)
                self.events += 1
                self.hash += hash_

    def equals(self, ledger: tuple[int, int]) -> bool:
        """Whether the ledger sums up to the same."""
        return ledger == (self.events, self.hash)


def ranges_to_audit(
    progress: Mapping[Place, int], audited: Mapping[Place, int], bounds: Mapping[Place, Range], *, most: int
) -> dict[Place, Range]:
    """What was applied and not audited yet and is still on the log, at most so many events a place."""
    ranges = {}
    for place, next_offset in progress.items():
        start, end = bounds[place]
        first = max(start, min(audited.get(place, start), next_offset))
        last = min(next_offset, end, first + most)
        if first < last:
            ranges[place] = (first, last)
    return ranges


async def sum_log(log: TopicLog, place: Place, range_: Range) -> Summed:
    """What a range of the log holds."""
    summed = Summed()
    async for part in log.read(place, *range_, most=PART):
        summed.add(part)
    return summed


async def records_of(
    log: TopicLog, ranges: Mapping[Place, Range], subjects: set[str]
) -> AsyncIterator[tuple[Place, list[Logged]]]:
    """The records of some subjects."""
    async for place, part in log.read_all(ranges, most=PART):
        found = [one for one in part if one.received is not None and one.received.event.subject in subjects]
        if found:
            yield place, found
