"""Who was erased, and what goes with them? Texts, notes and the mirror are deleted; numbers stay under a word."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.erasure import SUPPRESSED

_REMEMBER = text("INSERT INTO erased (customer) SELECT unnest(CAST(:ids AS text[])) ON CONFLICT DO NOTHING")
_KNOWN = text("SELECT customer FROM erased WHERE customer = ANY(:ids)")
_LOCK_ASKS = text("SELECT FROM request WHERE customer = ANY(:ids) ORDER BY number FOR UPDATE")
_TEXTS: Final = (
    text("DELETE FROM answer_text t USING answer a WHERE t.answer_id = a.answer_id AND a.customer = ANY(:ids)"),
    text("DELETE FROM case_note n USING customer_case c WHERE n.case_number = c.number AND c.customer = ANY(:ids)"),
    text("DELETE FROM dead_letter WHERE customer = ANY(:ids)"),
)
_ASKS = text(
    """
    UPDATE request
    SET customer = :word, due_at = NULL, token_seed = NULL,
        reason = CASE WHEN state IN ('planned', 'wanted', 'sent') THEN :suppressed ELSE reason END,
        state = CASE state WHEN 'planned' THEN 'skipped' WHEN 'wanted' THEN 'not_sent' WHEN 'sent' THEN 'expired'
                           ELSE state END
    WHERE customer = ANY(:ids)
    """
)
_REMINDERS = text("DELETE FROM request WHERE customer = ANY(:ids) AND reminder_of IS NOT NULL AND state = 'planned'")
_NUMBERS: Final = tuple(
    text(f"UPDATE {table} SET customer = :word WHERE customer = ANY(:ids)")  # noqa: S608 - the names below
    for table in ("answer", "customer_case", "case_signal", "complaint_resolution")
)
# Tier and segment are what answers and asks are counted by: the newest card stays where there are any.
_CARD = text(
    """
    UPDATE relationship SET customer = :word, id = ''
    WHERE customer = (SELECT customer FROM relationship WHERE customer = ANY(:ids) ORDER BY as_of DESC, id DESC LIMIT 1)
      AND (EXISTS (SELECT FROM answer WHERE customer = :word) OR EXISTS (SELECT FROM request WHERE customer = :word))
    """
)
_MIRROR: Final = (
    *(
        text(f"DELETE FROM {table} WHERE customer = ANY(:ids)")  # noqa: S608 - the names below
        for table in ("relationship", "first_contact", "language", "research_consent")
    ),
    *(
        text(f"DELETE FROM {table} WHERE alias = ANY(:ids) OR customer = ANY(:ids)")  # noqa: S608 - the names below
        for table in ("alias", "alias_fact")
    ),
)


async def remember_erased(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Whatever is told of these ids from now on is not kept either."""
    await connection.execute(_REMEMBER, {"ids": sorted(ids)})


async def find_erased(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those of the ids that were erased."""
    return set((await connection.execute(_KNOWN, {"ids": list(ids)})).scalars())


async def lock_asks_of(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Let nobody answer or ask these ids until the transaction ends."""
    await connection.execute(_LOCK_ASKS, {"ids": sorted(ids)})


async def erase(connection: AsyncConnection, ids: Collection[str], word: str) -> None:
    """Delete what tells of one person; its asks end, and its numbers stand under the word. Cases are closed before."""
    told = {"ids": sorted(ids)}
    for statement in (*_TEXTS, _REMINDERS):
        await connection.execute(statement, told)
    await connection.execute(_ASKS, told | {"word": word, "suppressed": SUPPRESSED})
    for statement in (*_NUMBERS, _CARD):
        await connection.execute(statement, told | {"word": word})
    for statement in _MIRROR:
        await connection.execute(statement, told)
