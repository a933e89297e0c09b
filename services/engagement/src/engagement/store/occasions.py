"""Which occasions wait for a decision? Rows, unique by playbook, step, customer and key; the row is its own timer."""

from collections.abc import Sequence

from msgspec import json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.occasion import Occasion

_ADD = text(
    """
    INSERT INTO occasion (playbook, version, step, customer, key, at, due_at, valid_until, decide_at, facts)
    SELECT playbook, version, step, customer, key, at, due_at, valid_until, due_at, CAST(facts AS jsonb)
    FROM unnest(CAST(:playbooks AS text[]), CAST(:versions AS int[]), CAST(:steps AS int[]),
                CAST(:customers AS text[]), CAST(:keys AS text[]), CAST(:ats AS timestamptz[]),
                CAST(:due_ats AS timestamptz[]), CAST(:valid_untils AS timestamptz[]), CAST(:facts AS text[]))
        AS noticed(playbook, version, step, customer, key, at, due_at, valid_until, facts)
    ON CONFLICT (playbook, step, customer, key) DO NOTHING
    RETURNING playbook
    """
)


async def add_occasions(connection: AsyncConnection, occasions: Sequence[Occasion]) -> list[str]:
    """Store those that are new, to be decided when due; the playbook of each that was."""
    if not occasions:
        return []
    columns = {
        "playbooks": [one.playbook for one in occasions],
        "versions": [one.version for one in occasions],
        "steps": [one.step for one in occasions],
        "customers": [one.customer for one in occasions],
        "keys": [one.key for one in occasions],
        "ats": [one.at for one in occasions],
        "due_ats": [one.due_at for one in occasions],
        "valid_untils": [one.valid_until for one in occasions],
        "facts": [json.encode(one.facts).decode() for one in occasions],
    }
    return list((await connection.execute(_ADD, columns)).scalars())
