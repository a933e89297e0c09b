"""What must not be kept of an erased customer? The texts of its tasks and attempts, and what its occasions remember."""

from collections.abc import Collection

from asyncpg import Connection

_TASKS = "UPDATE task SET script = '', note = NULL WHERE customer = ANY($1)"
_ATTEMPTS = "UPDATE attempt SET detail = NULL FROM action a WHERE a.id = attempt.action_id AND a.customer = ANY($1)"
_OCCASIONS = "UPDATE occasion SET facts = facts - 'data' WHERE customer = ANY($1) AND facts ? 'data'"


async def null_texts(raw: Connection, customers: Collection[str]) -> None:
    """Forget the texts of some ids; the rows stay, so that counts and reasons do."""
    if customers:
        for statement in (_TASKS, _ATTEMPTS, _OCCASIONS):
            await raw.execute(statement, list(customers))
