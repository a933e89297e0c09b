"""Which waves have there been, which of them ask, and how far is the asking planned?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.wave import WaveSpan

_ADD = text(
    """
    INSERT INTO wave (survey, name, opens_at, closes_at, asks)
    SELECT :survey, :name, CAST(:opens_at AS timestamptz), CAST(:closes_at AS timestamptz), CAST(:asks AS boolean)
    WHERE NOT EXISTS (SELECT 1 FROM wave WHERE survey = :survey AND name = :name)
    ON CONFLICT (survey, name) DO NOTHING
    """
)
_ASKING = text("SELECT id, survey, name, opens_at, planned_to FROM wave WHERE asks ORDER BY id FOR UPDATE SKIP LOCKED")
_CUSTOMERS = text(
    """
    (SELECT customer FROM first_contact
     WHERE customer > :after AND at <= :before
         AND NOT EXISTS (SELECT 1 FROM alias WHERE alias.alias = first_contact.customer)
     ORDER BY customer LIMIT :limit)
    UNION
    (SELECT DISTINCT customer FROM alias
     WHERE customer > :after
         AND EXISTS (SELECT 1 FROM first_contact WHERE first_contact.customer = alias.alias AND at <= :before)
     ORDER BY customer LIMIT :limit)
    ORDER BY customer LIMIT :limit
    """
)
_NAMES = text(
    """
    SELECT name FROM wave WHERE CAST(:survey AS text) IS NULL OR survey = :survey
    UNION SELECT wave FROM answer WHERE wave IS NOT NULL AND (CAST(:survey AS text) IS NULL OR survey = :survey)
    ORDER BY 1 DESC
    """
)
_PLANNED = text("UPDATE wave SET planned_to = :planned_to, asks = :asks WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingWave:
    """A wave whose asks are planned up to the customer `planned_to`, in order of ids."""

    id: int
    survey: str
    name: str
    opens_at: datetime
    planned_to: str


async def add_wave(connection: AsyncConnection, survey: str, span: WaveSpan, *, asks: bool) -> None:
    """Remember a wave; one that is known stays as it is."""
    values = {"survey": survey, "name": span.name, "opens_at": span.opens_at, "closes_at": span.closes_at}
    await connection.execute(_ADD, values | {"asks": asks})


async def read_wave_names(connection: AsyncConnection, survey: str | None) -> list[str]:
    """The waves of a survey, or of all, that were open here or that answers of other tools named; newest first."""
    return list((await connection.execute(_NAMES, {"survey": survey})).scalars())


async def asking_waves(connection: AsyncConnection) -> Sequence[AskingWave]:
    """Waves with customers still to be planned, locked; those of another worker are passed over."""
    return [AskingWave(**row) for row in (await connection.execute(_ASKING)).mappings()]


async def customers_after(connection: AsyncConnection, after: str, *, met_before: datetime, limit: int) -> list[str]:
    """Canonical customers that were met before an instant, in order of their ids."""
    asked = {"after": after, "before": met_before, "limit": limit}
    return list((await connection.execute(_CUSTOMERS, asked)).scalars())


async def save_planned(connection: AsyncConnection, wave: AskingWave, planned_to: str, *, asks: bool) -> None:
    """How far the wave is planned, and whether there are more."""
    await connection.execute(_PLANNED, {"id": wave.id, "planned_to": planned_to, "asks": asks})
