"""What does one audit do? Look at log, states and outbox, repair where it may, and keep what it found.

Three looks: what was applied since the last audit, by count and hash; the rows of those customers and of a slice of
all others, so that everybody is looked at within a day; rows of the outbox that nobody sends. A repair replays that
range or that customer: it is idempotent, and tells nobody of what did not change a card. A state that an earlier
policy left is replayed at once, and is no drift (audit_older_kinds.py).
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final
from uuid import uuid4

import structlog

from common.database import Database
from common.errors import Unavailable
from common.outbox import OutboxRelay
from scoring.jobs.audit_findings import Findings
from scoring.jobs.compare_log import LogComparison
from scoring.jobs.retries import in_transaction
from scoring.store import audit as kept
from scoring.store.histories import count_lost, subjects_after
from scoring.store.outbox import place_rightly
from scoring.store.state_cache import StateCache
from scoring.store.topic_log import TopicLog
from scoring.usecases import tell_findings as tell
from scoring.usecases.audit_subjects import Audited, audit_subjects, repair_shown
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import all_of
from scoring.usecases.judge_quietly import judge_quietly
from scoring.usecases.rebuild_subjects import Comparison, rebuild_subjects

log = structlog.get_logger()

PAGE: Final = 200
SLICES_A_DAY: Final = 24
MOST_HELD: Final = 20_000
"""Names of customers that wait for a repair: before it the log of their partitions is read once for all of them."""
STUCK_SECONDS: Final = 60.0
MOST_DRAINS: Final = 1_000


class Audit:
    """One run; `repairs`: it may write. `everything`: the whole log and everybody, not only what is due."""

    def __init__(
        self,
        database: Database,
        deployment: Deployment,
        log: TopicLog,
        relay: OutboxRelay,
        *,
        repairs: bool,
        everything: bool = False,
    ) -> None:
        self._database = database
        self._deployment = deployment
        self._cache = StateCache(worker=uuid4(), partitions=deployment.partitions, customers=PAGE)
        self.findings = Findings()
        self._log = LogComparison(
            database, deployment, log, self._cache, self.findings, repairs=repairs, everything=everything
        )
        self._relay = relay
        self._repairs = repairs
        self._everything = everything
        self._wrong: set[str] = set()
        self._shown: set[str] = set()
        self._unjudged: set[str] = set()
        self.customers = 0

    @property
    def events(self) -> int:
        """How many events of the log were compared."""
        return self._log.events

    async def run(self) -> None:
        """Do all of it, each step in transactions of its own."""
        await self._log.compare()
        await self._compare_rows()
        await self._repair()
        await self._look_at_outbox()

    async def _compare_rows(self) -> None:
        """Who was touched, then the next slice of everybody."""
        looked_at = set() if self._everything else self._log.touched
        await self._compare(sorted(looked_at))
        after = "" if self._everything else await in_transaction(self._database, kept.read_slice)
        left = 1 + await in_transaction(self._database, kept.count_states)
        left = left if self._everything else -(-left // SLICES_A_DAY)
        while left > 0 or self._everything:
            step = partial(subjects_after, after=after, partitions=self._deployment.partitions, limit=PAGE)
            page: list[str] = await in_transaction(self._database, step)
            await self._compare([one for one in page if one not in looked_at])
            left -= len(page)
            after = page[-1] if len(page) == PAGE else ""
            if not self._everything:
                await in_transaction(self._database, partial(kept.move_slice, after=after))
            if not after:
                break

    async def _compare(self, subjects: list[str]) -> None:
        for partition, group in self._by_partition(subjects).items():
            for page in _pages(group):
                step = partial(audit_subjects, partition=partition, subjects=page, deployment=self._deployment)
                found: Audited = await in_transaction(self._database, step)
                self.customers += len(page)
                if not self._repairs:
                    self.findings.add(tell.of_states(partition, found.states, is_repaired=False))
                    self.findings.add(tell.of_shown(partition, found.shown, is_repaired=False))
                    continue
                await self._rebuild(partition, list(found.states.older))
                self._wrong |= {one for one in found.states.wrong if one not in found.states.older}
                self._shown |= set(found.shown)
        if len(self._wrong) + len(self._shown) >= MOST_HELD:
            await self._repair()

    async def _repair(self) -> None:
        """What is held: first the states, as what is shown follows from them."""
        await self._repair_states()
        await self._repair_shown()
        self._wrong, self._shown = set(), set()

    async def _repair_states(self) -> None:
        if not self._wrong:
            return
        await self._log.restore_all_of(self._wrong)
        lost = await in_transaction(self._database, partial(count_lost, subjects=self._wrong))
        self.findings.add(tell.of_lost(lost))
        for partition, group in self._by_partition(self._wrong - lost.keys()).items():
            for page in _pages(group):
                await self._rebuild(partition, page)

    async def _rebuild(self, partition: int, page: list[str]) -> None:
        if not page:
            return
        step = partial(
            rebuild_subjects, partition=partition, subjects=page, deployment=self._deployment, cache=self._cache
        )
        rebuilt: Comparison = await in_transaction(self._database, step)
        self._unjudged |= rebuilt.unjudged
        self.findings.add(tell.of_states(partition, rebuilt, is_repaired=True))

    async def _repair_shown(self) -> None:
        for group in self._by_partition(self._unjudged | self._log.unjudged).values():
            for page in _pages(group):
                quiet = partial(judge_quietly, customers=page, deployment=self._deployment, cache=self._cache)
                await in_transaction(self._database, quiet)
        for unjudged in (self._unjudged, self._log.unjudged):
            unjudged.clear()
        for partition, group in self._by_partition(self._shown).items():
            for page in _pages(group):
                step = partial(
                    repair_shown, partition=partition, customers=page, deployment=self._deployment, cache=self._cache
                )
                wrong: list[str] = await in_transaction(self._database, step)
                self.findings.add(tell.of_shown(partition, wrong, is_repaired=True))

    async def _look_at_outbox(self) -> None:
        look = partial(kept.find_stuck, seconds=STUCK_SECONDS)
        stuck = await in_transaction(self._database, look)
        left: set[int] = {partition for partition, _, _ in stuck}
        if self._repairs and stuck:
            await in_transaction(self._database, partial(place_rightly, partitions=self._deployment.partitions))
            await self._drain()
            left = {partition for partition, _, _ in await in_transaction(self._database, look)}
        self.findings.add(tell.of_stuck(*one, is_repaired=one[0] not in left) for one in stuck)

    async def _drain(self) -> None:
        """Send what waits; while the broker does not answer, it waits on."""
        try:
            for _ in range(MOST_DRAINS):
                if not await self._relay.drain():
                    break
        except (Unavailable, OSError) as error:
            log.warning("outbox_waits_on", error=type(error).__name__)

    def _by_partition(self, subjects: Iterable[str]) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for subject, partition in all_of(list(subjects), self._deployment).items():
            groups.setdefault(partition, []).append(subject)
        return groups


def _pages(subjects: list[str]) -> Iterator[list[str]]:
    return (subjects[start : start + PAGE] for start in range(0, len(subjects), PAGE))
