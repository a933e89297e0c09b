"""How far has a consumer come? The offset to read next, kept beside the effects (reliability.md D2, R3, R4)."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Place = tuple[str, int]
"""A topic and a partition."""

_ADVANCE = text(
    """
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:firsts AS bigint[]),
                             CAST(:nexts AS bigint[])) AS w(topic, partition, first, next)
    ), locked AS (
        SELECT p.topic, p.partition FROM progress p JOIN wanted USING (topic, partition)
        ORDER BY p.topic, p.partition FOR UPDATE OF p
    )
    UPDATE progress p SET next_offset = w.next
    FROM wanted w JOIN locked l USING (topic, partition)
    WHERE p.topic = w.topic AND p.partition = w.partition AND p.next_offset = w.first
    RETURNING p.topic, p.partition
    """
)
_BEGIN = text(
    """
    INSERT INTO progress (topic, partition, next_offset)
    SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))
    ON CONFLICT (topic, partition) DO NOTHING
    """
)
_READ = text("SELECT topic, partition, next_offset FROM progress")
_MEASURE = text(
    """
    UPDATE progress p SET end_offset = m.end_offset, measured_at = now(),
        caught_up_at = CASE WHEN p.next_offset >= m.end_offset THEN now() ELSE p.caught_up_at END
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))
        AS m(topic, partition, end_offset)
    WHERE p.topic = m.topic AND p.partition = m.partition
    """
)


async def advance(connection: AsyncConnection, steps: Mapping[Place, tuple[int, int]]) -> set[Place]:
    """Move each place from its first offset to the next one; the places where the first was still the one expected.

    The row locks are taken in order of (topic, partition) and held to the end of the transaction: a stale consumer
    waits, then finds another offset and is left out.
    """
    places = sorted(steps)
    rows = await connection.execute(
        _ADVANCE,
        {
            "topics": [topic for topic, _ in places],
            "partitions": [partition for _, partition in places],
            "firsts": [steps[place][0] for place in places],
            "nexts": [steps[place][1] for place in places],
        },
    )
    return {(topic, partition) for topic, partition in rows}


async def positions(connection: AsyncConnection, starts: Mapping[Place, int]) -> dict[Place, int]:
    """The offset to read next for each place; a place met for the first time begins at its given start."""
    await connection.execute(_BEGIN, _columns(starts))
    return {
        (topic, partition): offset
        for topic, partition, offset in await connection.execute(_READ)
        if (topic, partition) in starts
    }


async def measure(connection: AsyncConnection, ends: Mapping[Place, int]) -> None:
    """Write the log's end offsets, from which freshness is told."""
    await connection.execute(_MEASURE, _columns(ends))


def _columns(offsets: Mapping[Place, int]) -> dict[str, list[object]]:
    places: Iterable[Place] = sorted(offsets)
    return {
        "topics": [topic for topic, _ in places],
        "partitions": [partition for _, partition in places],
        "offsets": [offsets[place] for place in places],
    }
