"""What did an audit find? All of it is counted; at most so many findings are held while it runs, and kept at its end.

Those that nobody repaired come first, what an earlier policy left, which is no drift, comes last.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store import audit as kept
from scoring.store.audit import Finding
from scoring.store.erasure import find_erased, hold_off_erasures
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import all_of

MOST_FINDINGS: Final = 1_000
ERASURE_UNMARKED: Final = "erasure_unmarked"


class Findings:
    """Of one run; `counts` by kind and whether it was repaired. Iterated, those that are held."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, bool]] = Counter()
        self._open: list[Finding] = []
        self._repaired: list[Finding] = []
        self._older: list[Finding] = []

    def add(self, found: Iterable[Finding]) -> None:
        """Count them, and hold them while there is room."""
        for one in found:
            self.counts[one.kind, one.is_repaired] += 1
            held = self._older if not one.is_drift else self._repaired if one.is_repaired else self._open
            if len(held) < MOST_FINDINGS:
                held.append(one)

    def __iter__(self) -> Iterator[Finding]:
        return islice(chain(self._open, self._repaired, self._older), MOST_FINDINGS)

    @property
    def older(self) -> int:
        """States that an earlier policy left."""
        return sum(count for (kind, _), count in self.counts.items() if kind == kept.OLDER_KINDS)

    @property
    def differences(self) -> int:
        """What was adrift."""
        return self.counts.total() - self.older

    @property
    def open(self) -> int:
        """What was adrift and is."""
        return sum(n for (kind, is_repaired), n in self.counts.items() if kind != kept.OLDER_KINDS and not is_repaired)


async def keep_findings(
    connection: AsyncConnection,
    number: int,
    findings: Findings,
    *,
    events: int,
    customers: int,
    days: int,
    deployment: Deployment,
) -> None:
    """The end of a run, in its own transaction; of customers who were erased meanwhile nothing is kept."""
    await kept.add_findings(connection, number, await _of_the_known(connection, list(findings), deployment))
    await kept.end_run(
        connection,
        number,
        events=events,
        customers=customers,
        found=findings.differences,
        repaired=findings.differences - findings.open,
    )
    await kept.forget_audits(connection, days=days)


async def _of_the_known(connection: AsyncConnection, held: list[Finding], deployment: Deployment) -> list[Finding]:
    await hold_off_erasures(connection)
    named = {one.customer for one in held if one.customer is not None and one.kind != ERASURE_UNMARKED}
    erased = await find_erased(connection, all_of(named, deployment))
    return [one for one in held if one.kind == ERASURE_UNMARKED or one.customer not in erased]
