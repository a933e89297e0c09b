"""`python -m scoring rebuild`: the states anew from the ledger, compared byte for byte, switched page by page.

Safe beside running workers, and to be begun again at any time: a page that was switched compares as equal. Nothing is
sent; where a card differs afterwards, the worker judges its customer again and tells of it with the cause `late`.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import uuid4

import uvloop
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import Database, open_database
from common.errors import Conflict
from common.progress import Place
from scoring.domain.counted import counted
from scoring.jobs.retries import in_transaction
from scoring.settings import ScoringSettings
from scoring.store.histories import count_events, read_erasures, read_histories, read_progress, subjects_after
from scoring.store.state_cache import StateCache
from scoring.store.topic_log import Logged, TopicLog, open_log
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import all_of, erased_by
from scoring.usecases.judge_quietly import judge_quietly
from scoring.usecases.read_facts import read_facts
from scoring.usecases.rebuild_subjects import Comparison, compare_histories, rebuild_subjects
from scoring.usecases.restore_events import Restored, find_missing, restore_events

PAGE: Final = 1000
MOST_NAMED: Final = 1_000
COMMAND_SECONDS: Final = 300.0
TELL_SECONDS: Final = 1.0


class LedgerLacksEvents(Conflict):
    """Events are known by key whose rows are lost: a replay would forget them."""

    code = "ledger_lacks_events"


class Rebuild:
    """One run over everybody or one partition; `is_dry` compares only. Its figures grow while it runs.

    `differ`: states that are not what the ledger makes, `wrong` the first so many of them, `older` how many of them
    count as an earlier policy said (audit_older_kinds.py).
    """

    def __init__(
        self, database: Database, deployment: Deployment, *, partition: int | None = None, is_dry: bool = False
    ) -> None:
        self._database = database
        self._deployment = deployment
        self._partition = partition
        self._is_dry = is_dry
        self._cache = StateCache(worker=uuid4(), partitions=deployment.partitions, customers=PAGE)
        self._unjudged: set[str] = set()
        self.subjects = self.events = self.restored = self.unreadable = self.differ = self.older = 0
        self.wrong: list[str] = []

    async def restore(self, log: TopicLog) -> None:
        """Put back what the ledger lost, from the log's start to where the consumer has come."""
        progress = await in_transaction(self._database, read_progress)
        bounds = await log.bounds(place for place in progress if self._partition in (None, place[1]))
        ranges = {place: (first, min(progress[place], end)) for place, (first, end) in bounds.items()}
        teller = _Teller("log", sum(max(0, end - first) for first, end in ranges.values()))
        async for place, part in log.read_all(ranges, most=PAGE):
            found = await in_transaction(self._database, partial(self._restore_part, place=place, part=part))
            self.restored += len(found.lost)
            self.unreadable += len(found.unreadable)
            self._add(found.rebuilt)
            teller.tell(len(part), f"{self.restored:,} lost events {'found' if self._is_dry else 'put back'}")
        teller.end()

    async def _restore_part(self, connection: AsyncConnection, *, place: Place, part: Sequence[Logged]) -> Restored:
        if self._is_dry:
            return await find_missing(connection, place, part, deployment=self._deployment)
        return await restore_events(connection, place, part, deployment=self._deployment, cache=self._cache)

    async def replay(self, *, may_lose: bool = False) -> None:
        """Replay the ledger. Raises LedgerLacksEvents unless it `may_lose` what the ledger lost."""
        rows, keys = await in_transaction(self._database, count_events)
        if rows < keys and not (may_lose or self._is_dry):
            lost = counted(keys - rows, "event is", "events are")
            raise LedgerLacksEvents(
                f"{lost} known by key and gone from the ledger, so what came of that would go too: put it back by "
                "--from-kafka first; what is on the log no more goes with --accept-loss.",
                lost=keys - rows,
            )
        erased = erased_by(read_facts(value) for value in await in_transaction(self._database, read_erasures))
        teller, after = _Teller("ledger", rows), ""
        while subjects := await in_transaction(self._database, partial(self._next_page, after)):
            for partition_, group in self._by_partition(subjects).items():
                step = partial(self._rebuild_group, partition_, group, erased)
                found = await in_transaction(self._database, step)
                self.subjects += len(group)
                self.events += found.events
                self.unreadable += found.unreadable
                self._add(found)
                people = counted(self.subjects, "customer", "customers")
                teller.tell(found.events, f"{people}, {self.differ:,} differ")
            after = subjects[-1]
        for partition_, group in self._by_partition(self._unjudged).items():
            del partition_
            quiet = partial(judge_quietly, customers=group, deployment=self._deployment, cache=self._cache)
            await in_transaction(self._database, quiet)
        teller.end()

    async def _next_page(self, after: str, connection: AsyncConnection) -> list[str]:
        return await subjects_after(connection, after, partitions=self._deployment.partitions, limit=PAGE)

    def _by_partition(self, subjects: Sequence[str] | set[str]) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for subject, place in all_of(sorted(subjects), self._deployment).items():
            if self._partition in (None, place):
                groups.setdefault(place, []).append(subject)
        return dict(sorted(groups.items()))

    async def _rebuild_group(
        self, partition_: int, group: Sequence[str], erased: set[str], connection: AsyncConnection
    ) -> Comparison:
        deployment = self._deployment
        if not self._is_dry:
            return await rebuild_subjects(
                connection, partition_, group, erased=erased, deployment=deployment, cache=self._cache
            )
        rules = await deployment.rules.in_force(connection)
        histories = await read_histories(connection, partition_, group)
        return await compare_histories(
            connection, partition_, histories, erased=erased, rules=rules, deployment=deployment
        )

    def _add(self, found: Comparison) -> None:
        self.differ += len(found.wrong)
        self.older += len(found.older)
        self.wrong += found.wrong[: MOST_NAMED - len(self.wrong)]
        self._unjudged |= found.unjudged


class _Teller:
    """Lines on the terminal about once a second: how much of how much, how fast, and what was found."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()
        self._found = ""

    def tell(self, more: int, found: str) -> None:
        self._done += more
        self._found = found
        if time.monotonic() - self._told >= TELL_SECONDS:
            self.end()

    def end(self) -> None:
        self._told = time.monotonic()
        rate = self._done / max(1e-9, self._told - self._began)
        line = f"{self._what}: {self._done:,} of {self._total:,} events, {rate:,.0f} a second; {self._found}\n"
        sys.stdout.write(line)
        sys.stdout.flush()


def run(_service: str, settings: ScoringSettings, arguments: Sequence[str]) -> None:
    """Exits 1 when a dry run found a difference."""
    parser = argparse.ArgumentParser(prog="python -m scoring rebuild")
    parser.add_argument("--partition", type=int, choices=range(settings.partitions), help="only this one")
    parser.add_argument("--from-kafka", action="store_true", help="first put back what the ledger lost of the log")
    parser.add_argument("--dry-run", action="store_true", help="compare only: print what differs, write nothing")
    parser.add_argument("--accept-loss", action="store_true", help="go on where events are lost for good")
    chosen = parser.parse_args(arguments)
    differs = uvloop.run(_rebuild(settings, chosen))
    sys.exit(1 if differs and chosen.dry_run else 0)


async def _rebuild(settings: ScoringSettings, chosen: argparse.Namespace) -> bool:
    database = open_database(settings.database_url, application="scoring-rebuild", command_seconds=COMMAND_SECONDS)
    try:
        rebuild = Rebuild(database, Deployment.of(settings), partition=chosen.partition, is_dry=chosen.dry_run)
        if chosen.from_kafka:
            async with open_log(settings.kafka_bootstrap, decode=read_facts) as log:
                await rebuild.restore(log)
        await rebuild.replay(may_lose=chosen.accept_loss)
    finally:
        await database.close()
    verdict = "differ" if chosen.dry_run else "differed and were switched"
    sys.stdout.write(
        f"{counted(rebuild.subjects, 'customer', 'customers')}, {counted(rebuild.events, 'event', 'events')}, "
        f"{rebuild.unreadable:,} unreadable; {counted(rebuild.restored, 'event', 'events')} restored; "
        f"{counted(rebuild.differ, 'state', 'states')} {verdict}, {rebuild.older:,} of them of older kinds\n"
    )
    for subject in rebuild.wrong[:20]:
        sys.stdout.write(f"  {subject}\n")
    return bool(rebuild.differ or rebuild.restored)
