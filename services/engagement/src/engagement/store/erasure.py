"""What must not be kept of an erased customer? Its profile, addresses and preferences, the texts of its tasks and
attempts, and what its occasions remember.
"""

from collections.abc import Collection

from asyncpg import Connection

_TASKS = "UPDATE task SET script = '', note = NULL WHERE customer = ANY($1)"
_ATTEMPTS = "UPDATE attempt SET detail = NULL FROM action a WHERE a.id = attempt.action_id AND a.customer = ANY($1)"
_OCCASIONS = "UPDATE occasion SET facts = facts - 'data' WHERE customer = ANY($1) AND facts ? 'data'"

_PROFILE = "UPDATE profile_field SET value = NULL WHERE customer = ANY($1) AND field <> 'tags'"
_ADDRESSES = "DELETE FROM address WHERE customer = ANY($1)"
_PREFERENCES = "DELETE FROM preference WHERE customer = ANY($1)"


async def null_texts(raw: Connection, customers: Collection[str]) -> None:
    """Forget the texts of some ids; the rows stay, so that counts and reasons do.

    Consents and tags stay too: they forbid.
    """
    if customers:
        for statement in (_TASKS, _ATTEMPTS, _OCCASIONS, _PROFILE, _ADDRESSES, _PREFERENCES):
            await raw.execute(statement, list(customers))
