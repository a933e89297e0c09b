"""How far has the audit come, what did it find, and what does the ledger sum up to? Its own tables, and the sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.progress import Place

Range = tuple[int, int]
"""The first offset and the one after the last."""

OLDER_KINDS: Final = "state_of_older_kinds"
"""What no drift is: a state whose older events count as an earlier policy said."""

# `hash` of an event: the first 64 bits of md5("source/id"), signed; of several: their sum, whatever their order.
_SUMS = text(
    """
    SELECT l.topic, l.partition, count(*), sum(('x' || left(md5(l.source || '/' || l.id), 16))::bit(64)::bigint)
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:firsts AS bigint[]), CAST(:ends AS bigint[]))
        AS r(topic, partition, first, until)
    JOIN ledger l ON l.topic = r.topic AND l.partition = r.partition
        AND l."offset" >= r.first AND l."offset" < r.until AND l.recorded_at >= :since
    GROUP BY l.topic, l.partition
    """
)
_NAMES = text(
    """
    SELECT "offset", source, id FROM ledger
    WHERE topic = :topic AND partition = :partition AND "offset" >= :first AND "offset" < :until
      AND recorded_at >= :since
    """
)
_PLACES = text("SELECT topic, partition, next_offset, events, hash, audited_at FROM audit_place ORDER BY 1, 2")
_ADVANCE = text(
    """
    INSERT INTO audit_place (topic, partition, next_offset, events, hash)
    VALUES (:topic, :partition, :next_offset, :events, :hash)
    ON CONFLICT (topic, partition) DO UPDATE
    SET next_offset = excluded.next_offset, events = excluded.events, hash = excluded.hash, audited_at = now()
    """
)
_SLICE = text("SELECT after FROM audit_slice")
_MOVE = text(
    """
    INSERT INTO audit_slice (after) VALUES (:after)
    ON CONFLICT (number) DO UPDATE SET after = excluded.after,
        lap_began_at = CASE WHEN excluded.after = '' THEN now() ELSE audit_slice.lap_began_at END
    """
)
_COUNT_STATES = text("SELECT count(*) FROM state")
_IS_REJUDGING = text(
    """
    SELECT EXISTS (SELECT FROM timer WHERE kind = 'reevaluate' AND done_at IS NULL AND due_at <= now()
                   AND payload ->> 'cause' <> 'time')
    """
)
_MARKED = text("SELECT customer FROM dirty WHERE customer = ANY(:customers)")
_STUCK = text(
    """
    SELECT partition, count(*), extract(epoch FROM now() - min(created_at))::bigint FROM outbox
    WHERE created_at < now() - make_interval(secs => :seconds) GROUP BY partition ORDER BY partition
    """
)
_BEGIN = text("INSERT INTO audit_run DEFAULT VALUES RETURNING number")
_END = text(
    """
    UPDATE audit_run SET ended_at = now(), events = :events, customers = :customers, found = :found,
        repaired = :repaired
    WHERE number = :number
    """
)
_FIND = text(
    """
    WITH known AS (
        SELECT number FROM audit_finding WHERE NOT is_repaired AND kind = :kind
          AND coalesce(customer, '') = coalesce(CAST(:customer AS text), '')
          AND coalesce("offset", -1) = coalesce(CAST(:offset AS bigint), -1)
          AND (topic, partition) IS NOT DISTINCT FROM (CAST(:topic AS text), CAST(:partition AS int))
    ), mended AS (
        UPDATE audit_finding SET is_repaired = true
        WHERE CAST(:is_repaired AS boolean) AND number IN (SELECT number FROM known)
    )
    INSERT INTO audit_finding (run, kind, customer, topic, partition, "offset", source, id, detail, is_repaired)
    SELECT CAST(:run AS bigint), CAST(:kind AS text), CAST(:customer AS text), CAST(:topic AS text),
        CAST(:partition AS int), CAST(:offset AS bigint), CAST(:source AS text), CAST(:id AS text),
        CAST(:detail AS text), CAST(:is_repaired AS boolean)
    WHERE NOT EXISTS (SELECT FROM known)
    """
)
_FORGET = (
    text("DELETE FROM audit_finding WHERE found_at < now() - make_interval(days => :days)"),
    text("DELETE FROM audit_run WHERE began_at < now() - make_interval(days => :days)"),
    text("DELETE FROM timer WHERE kind = 'audit' AND done_at < now() - make_interval(days => :days)"),
)
_RUNS = text(
    "SELECT number, began_at, ended_at, events, customers, found, repaired FROM audit_run ORDER BY number DESC LIMIT 24"
)
_FINDINGS = text(
    """
    SELECT number, run, found_at, kind, customer, topic, partition, "offset", source, id, detail, is_repaired
    FROM audit_finding WHERE CAST(:before AS bigint) IS NULL OR number < CAST(:before AS bigint)
    ORDER BY number DESC LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference: of an event, a customer's row, or a place on the log. `detail` says what to do, if anything."""

    kind: str
    detail: str
    is_repaired: bool
    customer: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    source: str | None = None
    id: str | None = None

    @property
    def is_drift(self) -> bool:
        """Whether something is wrong; else a new policy only left work to do."""
        return self.kind != OLDER_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedPlace:
    """How far a place was audited; `events` and the sum of their hashes up to there."""

    topic: str
    partition: int
    next_offset: int
    events: int
    hash: int
    audited_at: datetime


async def sum_ledger(
    connection: AsyncConnection, ranges: Mapping[Place, Range], *, since: datetime
) -> dict[Place, tuple[int, int]]:
    """Count and sum of hashes of the ledger's events in each range; `since`: none of them was recorded before."""
    places = sorted(ranges)
    asked = {
        "topics": [topic for topic, _ in places],
        "partitions": [partition for _, partition in places],
        "firsts": [ranges[place][0] for place in places],
        "ends": [ranges[place][1] for place in places],
        "since": since,
    }
    rows = await connection.execute(_SUMS, asked)
    return {(topic, partition): (count, int(total)) for topic, partition, count, total in rows}


async def read_names(
    connection: AsyncConnection, place: Place, range_: Range, *, since: datetime
) -> dict[int, tuple[str, str]]:
    """Source and id of the ledger's events in a range, by offset."""
    asked = {"topic": place[0], "partition": place[1], "first": range_[0], "until": range_[1], "since": since}
    return {offset: (source, id_) for offset, source, id_ in await connection.execute(_NAMES, asked)}


async def read_places(connection: AsyncConnection) -> dict[Place, AuditedPlace]:
    """How far every place was audited."""
    rows = (await connection.execute(_PLACES)).mappings()
    return {(row["topic"], row["partition"]): AuditedPlace(**row) for row in rows}


async def advance_audit(
    connection: AsyncConnection, place: Place, *, next_offset: int, events: int, hash_: int
) -> None:
    """The place is audited up to there."""
    asked = {"topic": place[0], "partition": place[1], "next_offset": next_offset, "events": events, "hash": hash_}
    await connection.execute(_ADVANCE, asked)


async def read_slice(connection: AsyncConnection) -> str:
    """The last subject of the lap that was looked at."""
    return (await connection.execute(_SLICE)).scalar_one_or_none() or ""


async def move_slice(connection: AsyncConnection, after: str) -> None:
    """The lap has come to this subject; "": a new lap begins."""
    await connection.execute(_MOVE, {"after": after})


async def count_states(connection: AsyncConnection) -> int:
    return int((await connection.execute(_COUNT_STATES)).scalar_one())


async def is_rejudging(connection: AsyncConnection) -> bool:
    """Whether a new policy or new thresholds are still on their way through the states."""
    return bool((await connection.execute(_IS_REJUDGING)).scalar_one())


async def find_marked(connection: AsyncConnection, customers: Sequence[str]) -> set[str]:
    """Those of some customers that wait to be judged again."""
    return set((await connection.execute(_MARKED, {"customers": list(customers)})).scalars())


async def find_stuck(connection: AsyncConnection, *, seconds: float) -> list[tuple[int, int, int]]:
    """Partition, number and greatest age in seconds of the outbox's rows that are older than so long."""
    return [(p, n, age) for p, n, age in await connection.execute(_STUCK, {"seconds": seconds})]


async def begin_run(connection: AsyncConnection) -> int:
    return int((await connection.execute(_BEGIN)).scalar_one())


async def end_run(
    connection: AsyncConnection, number: int, *, events: int, customers: int, found: int, repaired: int
) -> None:
    asked = {"number": number, "events": events, "customers": customers, "found": found, "repaired": repaired}
    await connection.execute(_END, asked)


async def add_findings(connection: AsyncConnection, run: int, findings: Sequence[Finding]) -> None:
    """Keep findings; one that is known and open is kept once, until it is repaired."""
    for one in findings:
        told = {name: getattr(one, name) for name in Finding.__dataclass_fields__}
        await connection.execute(_FIND, {**told, "run": run})


async def forget_audits(connection: AsyncConnection, *, days: int) -> None:
    """Drop runs and findings that are older."""
    for statement in _FORGET:
        await connection.execute(statement, {"days": days})


async def list_runs(connection: AsyncConnection) -> list[dict[str, object]]:
    """The last runs, newest first."""
    return [dict(row) for row in (await connection.execute(_RUNS)).mappings()]


async def list_findings(connection: AsyncConnection, *, before: int | None, limit: int) -> list[dict[str, object]]:
    """Findings, newest first."""
    return [dict(row) for row in (await connection.execute(_FINDINGS, {"before": before, "limit": limit})).mappings()]
