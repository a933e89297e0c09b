"""Which ids were erased, and what goes with them? Every row that tells of them; an empty, marked state row stays.

The mark lies where the state lies, which is read for every event anyway: refusing what comes late costs nothing.
`customer.erased` itself stays on the ledger: it holds ids only, and a rebuild erases again by it.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.state.state import State
from scoring.store.states import SHOWN

ERASURE: Final = "customer.erased"

_MARK = text(
    f"""
    INSERT INTO state (partition, subject, body, erased_at)
    SELECT partition, subject, :nothing, now()
    FROM unnest(CAST(:partitions AS int[]), CAST(:subjects AS text[])) AS gone(partition, subject)
    ORDER BY partition, subject
    ON CONFLICT (partition, subject) DO UPDATE
    SET body = excluded.body, published = NULL, evaluated_on = NULL, {", ".join(f"{name} = NULL" for name in SHOWN)},
        erased_at = coalesce(state.erased_at, excluded.erased_at)
    """  # noqa: S608 - names of columns
)
# With its key: what is told of an erased id again is refused by the mark.
_EVENTS = text(
    """
    WITH gone AS (
        DELETE FROM ledger
        WHERE subject = ANY(:ids) AND NOT (type = :erasure AND starts_with(source, 'guanxi.'))
        RETURNING source, id
    )
    DELETE FROM ledger_key k USING gone WHERE k.source = gone.source AND k.id = gone.id
    """
)
_UNSENT = text("DELETE FROM outbox WHERE partition = ANY(:partitions) AND key = ANY(:keys)")
# A mark that a worker has in hand goes with its transaction, which waits for our guard: to wait for it is a circle.
_MARKS = text("DELETE FROM dirty WHERE id IN (SELECT id FROM dirty WHERE customer = ANY(:ids) FOR UPDATE SKIP LOCKED)")
_REST: Final = (
    _MARKS,
    *(
        text(f"DELETE FROM {table} WHERE customer = ANY(:ids)")  # noqa: S608 - the names below
        for table in ("transition", "dead_letter", "audit_finding")
    ),
)
# Runs name customers (movers, advocates). Of an erased one the line stays, without the id; the parts between the quotes
# of the result are its names and texts. A run under way that has found an erased one begins anew; no other does.
_LISTS = text(
    """
    UPDATE job SET result = CAST((
        SELECT string_agg(CASE WHEN told = ANY(:ids) THEN 'erased' ELSE told END, '"' ORDER BY number)
        FROM string_to_table(CAST(result AS text), '"') WITH ORDINALITY AS part(told, number)) AS json)
    WHERE kind = ANY(:kinds) AND EXISTS (
        SELECT FROM string_to_table(CAST(result AS text), '"') AS told WHERE told = ANY(:ids))
    """
)
_OPEN_RUNS = text(
    """
    UPDATE job SET partial = NULL, done = 0
    WHERE finished_at IS NULL AND kind = ANY(:kinds) AND EXISTS (
        SELECT FROM unnest(CAST(:ids AS text[])) AS gone(id) WHERE position(convert_to(gone.id, 'UTF8') IN partial) > 0)
    """
)
_NAMING: Final = ("what_if", "base_count")
# Who writes down what it read before may name who is erased meanwhile: either it holds off the erasure until that is
# written, or the erasure is over first and is seen.
_ERASE = text("SELECT pg_advisory_xact_lock(hashtext('guanxi scoring erasure'))")
_HOLD_OFF = text("SELECT pg_advisory_xact_lock_shared(hashtext('guanxi scoring erasure'))")
_LETTERS = text("SELECT DISTINCT customer FROM dead_letter WHERE customer IS NOT NULL")
_FORGET_LETTERS = text("DELETE FROM dead_letter WHERE customer = ANY(:ids)")
_MARKED = text(
    """
    SELECT s.subject FROM unnest(CAST(:partitions AS int[]), CAST(:subjects AS text[])) AS asked(partition, subject)
    JOIN state s USING (partition, subject) WHERE s.erased_at IS NOT NULL
    """
)

# Told on the ledger, whatever the mark says.
_TOLD = text(
    """
    SELECT DISTINCT subject FROM ledger
    WHERE subject = ANY(:ids) AND type = :erasure AND starts_with(source, 'guanxi.')
    """
)


async def mark_erased(connection: AsyncConnection, partition_of: Mapping[str, int]) -> None:
    """Empty the states of some ids for good, under the guards of their partitions."""
    await connection.execute(_MARK, {**_columns(partition_of), "nothing": State().encode()})


async def delete_events(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Delete every event of some ids but the erasures."""
    await connection.execute(_EVENTS, {"ids": sorted(ids), "erasure": ERASURE})


async def delete_traces(connection: AsyncConnection, partition_of: Mapping[str, int]) -> None:
    """Delete what else tells of some ids: past transitions, messages that wait, marks, dead letters, findings, runs."""
    await connection.execute(_ERASE)
    partitions = sorted(set(partition_of.values()))
    await connection.execute(_UNSENT, {"partitions": partitions, "keys": [id_.encode() for id_ in partition_of]})
    for statement in _REST:
        await connection.execute(statement, {"ids": sorted(partition_of)})
    named = {"ids": sorted(partition_of), "kinds": list(_NAMING)}
    for statement in (_LISTS, _OPEN_RUNS):
        await connection.execute(statement, named)


async def hold_off_erasures(connection: AsyncConnection) -> None:
    """Until the transaction ends nobody is erased: who was before is seen by what is asked next."""
    await connection.execute(_HOLD_OFF)


async def find_erased(connection: AsyncConnection, partition_of: Mapping[str, int]) -> set[str]:
    """Those of some ids that were erased."""
    return set((await connection.execute(_MARKED, _columns(partition_of))).scalars())


async def find_buried(connection: AsyncConnection) -> set[str]:
    """The ids of all dead letters."""
    return set((await connection.execute(_LETTERS)).scalars())


async def delete_letters(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Delete the dead letters of some ids."""
    await connection.execute(_FORGET_LETTERS, {"ids": sorted(ids)})


async def find_told_erased(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of some ids of which the ledger says that they were erased."""
    return set((await connection.execute(_TOLD, {"ids": sorted(ids), "erasure": ERASURE})).scalars())


def _columns(partition_of: Mapping[str, int]) -> dict[str, list[object]]:
    return {"partitions": list(partition_of.values()), "subjects": list(partition_of)}
