"""Is what was applied of the log on the ledger, and what is lost put back? By count and hash, then event by event."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from common.database import Database
from common.metrics import AUDIT_EVENTS
from common.progress import Place
from scoring.jobs.audit_findings import Findings
from scoring.jobs.retries import in_transaction
from scoring.store import audit as kept
from scoring.store.audit import Range
from scoring.store.histories import read_progress
from scoring.store.state_cache import StateCache
from scoring.store.topic_log import Logged, TopicLog
from scoring.usecases import tell_findings as tell
from scoring.usecases.audit_log import PART, SLACK, Summed, ranges_to_audit, records_of, sum_log, wrapped
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import all_of
from scoring.usecases.restore_events import Restored, find_missing, restore_events

MOST_EVENTS_A_PLACE: Final = 200_000
AT_ONCE: Final = 50_000
"""Of one place, held in memory: about 17 MB."""
MOST_TOUCHED: Final = 5_000


class LogComparison:
    """Of one audit, whose `findings` it adds to. `touched`: subjects of the events that were compared; `unjudged`: see
    rebuild_subjects.py.
    """

    def __init__(
        self,
        database: Database,
        deployment: Deployment,
        log: TopicLog,
        cache: StateCache,
        findings: Findings,
        *,
        repairs: bool,
        everything: bool,
    ) -> None:
        self._database = database
        self._deployment = deployment
        self._log = log
        self._cache = cache
        self._repairs = repairs
        self._everything = everything
        self.events = 0
        self.touched: set[str] = set()
        self.unjudged: set[str] = set()
        self._findings = findings

    async def compare(self) -> None:
        """What was applied since the last audit, or all that is on the log."""
        progress = await in_transaction(self._database, read_progress)
        places = {} if self._everything else await in_transaction(self._database, kept.read_places)
        bounds = await self._log.bounds(progress)
        self._findings.add(tell.of_place(place) for place, offset in progress.items() if offset > bounds[place][1])
        audited = {place: one.next_offset for place, one in places.items()}
        most = sum(end for _, end in bounds.values()) if self._everything else MOST_EVENTS_A_PLACE
        ranges = ranges_to_audit(progress, audited, bounds, most=most)
        for place, (first, end) in ranges.items():
            events, hash_ = (places[place].events, places[place].hash) if place in places else (0, 0)
            for start in range(first, end, AT_ONCE):
                part = start, min(start + AT_ONCE, end)
                summed = await self._compare_range(place, part)
                events, hash_ = events + summed.events, wrapped(hash_ + summed.hash)
                if not self._everything:
                    step = partial(kept.advance_audit, place=place, next_offset=part[1], events=events, hash_=hash_)
                    await in_transaction(self._database, step)
        AUDIT_EVENTS.inc(self.events)

    async def _compare_range(self, place: Place, range_: Range) -> Summed:
        """By count and hash, else event by event; what the log holds there."""
        summed = await sum_log(self._log, place, range_)
        if summed.earliest is not None:
            since = summed.earliest - SLACK
            sums = partial(kept.sum_ledger, ranges={place: range_}, since=since)
            ledger = await in_transaction(self._database, sums)
            if not summed.equals(ledger.get(place, (0, 0))):
                await self._compare_events(place, range_, since)
        self.events += summed.events
        self.touched |= set(islice(summed.subjects, MOST_TOUCHED - len(self.touched)))
        return summed

    async def _compare_events(self, place: Place, range_: Range, since: datetime) -> None:
        """Event by event, where count or hash differ."""
        told: dict[int, tuple[str, str]] = {}
        async for part in self._log.read(place, *range_, most=PART):
            told |= {one.offset: _name(one) for one in part}
            await self._restore(place, part)
        names = await in_transaction(self._database, partial(kept.read_names, place=place, range_=range_, since=since))
        self._findings.add(tell.of_extra(place, {at: name for at, name in names.items() if told.get(at) != name}))

    async def _restore(self, place: Place, part: list[Logged]) -> None:
        step: Callable[..., Awaitable[Restored]] = find_missing
        if self._repairs:
            step = partial(restore_events, cache=self._cache)
        found: Restored = await in_transaction(
            self._database, partial(step, place=place, logged=part, deployment=self._deployment)
        )
        self._findings.add(tell.of_events(place, found, is_repaired=self._repairs))
        self._findings.add(tell.of_states(place[1], found.rebuilt, is_repaired=self._repairs))
        self.unjudged |= found.rebuilt.unjudged

    async def restore_all_of(self, subjects: set[str]) -> None:
        """What the log still has of some customers and the ledger lost: a state may be right, and the ledger not."""
        progress = await in_transaction(self._database, read_progress)
        wanted = set(all_of(subjects, self._deployment).values())
        bounds = await self._log.bounds(place for place in progress if place[1] in wanted)
        ranges = {place: (first, min(end, progress[place])) for place, (first, end) in bounds.items()}
        async for place, part in records_of(self._log, ranges, subjects):
            await self._restore(place, part)


def _name(one: Logged) -> tuple[str, str]:
    return ("", "") if one.received is None else (one.received.event.source, one.received.event.id)
