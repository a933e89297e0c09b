"""Where does each subject's state stand? One row a subject: its body, what was last published, the shown dimensions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.state.days import date_of, day_number
from scoring.domain.state.state import State

# The subjects come as one text: the driver looks at each element of an array. OFFSET 0: one look into the index each.
_READ = text(
    """
    SELECT s.subject, s.body, s.published, s.evaluated_on, s.erased_at IS NOT NULL
    FROM json_each(CAST(:wanted AS json)) AS part, json_array_elements_text(part.value) AS one(subject),
         LATERAL (SELECT * FROM state WHERE partition = CAST(part.key AS int) AND subject = one.subject OFFSET 0) AS s
    """
)
_EVALUATED = text(
    """
    SELECT subject, evaluated_on FROM state
    WHERE partition = :partition AND subject > :after AND erased_at IS NULL ORDER BY subject LIMIT :limit
    """
)
_DROP = text(
    """
    DELETE FROM state s USING unnest(CAST(:partitions AS int[]), CAST(:subjects AS text[])) AS gone(partition, subject)
    WHERE s.partition = gone.partition AND s.subject = gone.subject AND s.body = :nothing AND s.erased_at IS NULL
    """
)
SHOWN = (
    "segment",
    "tier",
    "status",
    "churn_band",
    "strength",
    "churn_risk",
    "recency_days",
    "frequency",
    "monetary_minor",
    "stage",
    "key_account",
    "care_priority",
)
_COLUMNS = ("partition", "subject", "body", "published", "evaluated_on", *SHOWN)
_TEMPORARY = "CREATE TEMPORARY TABLE IF NOT EXISTS touched (LIKE state) ON COMMIT DELETE ROWS"
_UPSERT = f"""
    INSERT INTO state ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM touched ORDER BY partition, subject
    ON CONFLICT (partition, subject) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:])}
"""  # noqa: S608 - names of columns, above

NEVER = -1
"""The evaluated day of a subject that was never evaluated."""

Shown = tuple[
    str, str, str | None, str | None, float | None, float | None, int | None, int, int, str, bool, float | None
]
"""Values of SHOWN."""

NOTHING = State().encode()

NOT_SHOWN = (None,) * len(SHOWN)
"""An alias is shown in no list: its customer is."""


class Standing(msgspec.Struct, gc=False):
    """What is known of a subject: its own events' state, the last published row, the day of the last evaluation."""

    state: State
    published: bytes | None = None
    evaluated: int = NEVER
    is_erased: bool = False

    def erase(self) -> None:
        """Nothing is known of it any more, and nothing will be."""
        self.state, self.published, self.evaluated, self.is_erased = State(), None, NEVER, True

    @property
    def is_known(self) -> bool:
        """Whether any event of its own ever added something."""
        return self.state.encode() != NOTHING


Row = tuple[object, ...]
"""partition, subject, body, published, evaluated_on and Shown or NOT_SHOWN."""


def encoded_row(partition: int, subject: str, standing: Standing, shown: Shown | tuple[None, ...]) -> Row:
    """The row of a standing that was judged as of its day."""
    day = None if standing.evaluated == NEVER else date_of(standing.evaluated)
    return (partition, subject, standing.state.encode(), standing.published, day, *shown)


async def read_standings(connection: AsyncConnection, partition_of: Mapping[str, int]) -> dict[str, Standing]:
    """The standings of some subjects, each with its partition; those without a state are left out."""
    if not partition_of:
        return {}
    wanted: dict[int, list[str]] = {}
    for subject, partition in partition_of.items():
        wanted.setdefault(partition, []).append(subject)
    return _standings(await connection.execute(_READ, {"wanted": msgspec.json.encode(wanted).decode()}))


async def read_evaluated(
    connection: AsyncConnection, *, partition: int, after: str, limit: int
) -> list[tuple[str, date | None]]:
    """The next subjects of a partition, ascending, with the day that each was last judged."""
    rows = await connection.execute(_EVALUATED, {"partition": partition, "after": after, "limit": limit})
    return [(subject, evaluated_on) for subject, evaluated_on in rows]


async def drop_empty(connection: AsyncConnection, partition_of: Mapping[str, int]) -> None:
    """Take the rows of some subjects away, of whom nothing is known; under the guards of their partitions."""
    asked = {"partitions": list(partition_of.values()), "subjects": list(partition_of), "nothing": NOTHING}
    await connection.execute(_DROP, asked)


def _standings(rows: Iterable[Any]) -> dict[str, Standing]:
    """From rows of (subject, body, published, evaluated_on, is erased), which the driver leaves untyped."""
    return {
        subject: Standing(State.decode(body), published, NEVER if day is None else day_number(day), is_erased)
        for subject, body, published, day, is_erased in rows
    }


async def write_states(raw: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Insert or replace rows, through the driver, under the guards of their partitions."""
    if not rows:
        return
    await raw.execute(_TEMPORARY)
    await raw.copy_records_to_table("touched", records=rows, columns=_COLUMNS)
    await raw.execute(_UPSERT)
