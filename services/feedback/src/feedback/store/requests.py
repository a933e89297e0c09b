"""Who is to be asked, was asked, and what became of it? The table `request`, read and written in batches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.request import ListedRequest, Planned, Request, RequestState

_COLUMNS: Final = (
    "request_id, survey, version, kind, wave, touchpoint, customer, language, state, reason, occasion_at, asked_at, "
    "sent_at, expires_at, reminder_of, throttle_exempt, case_id, token_seed, token_hash"
)
_PLAN = text(
    """
    INSERT INTO request (survey, kind, customer, occasion_source, occasion_id, occasion_at, due_at, touchpoint, wave,
                         reminder_of, throttle_exempt, case_id, state)
    SELECT *, 'planned' FROM unnest(
        CAST(:surveys AS text[]), CAST(:kinds AS text[]), CAST(:customers AS text[]), CAST(:sources AS text[]),
        CAST(:ids AS text[]), CAST(:ats AS timestamptz[]), CAST(:dues AS timestamptz[]), CAST(:touchpoints AS text[]),
        CAST(:waves AS text[]), CAST(:reminders AS text[]), CAST(:exempt AS boolean[]), CAST(:cases AS text[]))
    ON CONFLICT DO NOTHING
    RETURNING request_id
    """
)
_CLAIM = text(
    f"SELECT {_COLUMNS} FROM request WHERE due_at <= :now ORDER BY due_at, number LIMIT :limit "  # noqa: S608
    "FOR UPDATE SKIP LOCKED"
)
_LOCK_ASKED = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 1)) FROM unnest(CAST(:ids AS text[])) AS id")
_PAST = text(
    """
    SELECT r.customer, r.survey, r.asked_at, r.throttle_exempt FROM request r
    WHERE r.customer = ANY(:ids) AND r.reminder_of IS NULL AND r.asked_at > :since
      AND (r.state IN ('wanted', 'sent', 'answered') OR (r.state = 'expired' AND r.sent_at IS NOT NULL))
    """
)
_END = text(
    """
    UPDATE request r
    SET state = told.state, reason = told.reason, version = told.version, language = told.language,
        asked_at = told.asked_at, expires_at = told.expires_at, token_seed = told.token_seed,
        token_hash = told.token_hash, due_at = NULL
    FROM unnest(CAST(:request_ids AS text[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
                CAST(:versions AS int[]), CAST(:languages AS text[]), CAST(:asked AS timestamptz[]),
                CAST(:expires AS timestamptz[]), CAST(:seeds AS bytea[]), CAST(:hashes AS bytea[]))
         AS told(request_id, state, reason, version, language, asked_at, expires_at, token_seed, token_hash)
    WHERE r.request_id = told.request_id
    """
)
_READ = text(f"SELECT {_COLUMNS} FROM request WHERE request_id = ANY(:request_ids)")  # noqa: S608
_BY_TOKEN = text(f"SELECT {_COLUMNS} FROM request WHERE token_hash = :hash")  # noqa: S608
_BY_TOKEN_LOCKED = text(f"SELECT {_COLUMNS} FROM request WHERE token_hash = :hash FOR UPDATE")  # noqa: S608
_ANSWERED = text(
    """
    UPDATE request SET state = 'answered', due_at = NULL WHERE request_id = :request_id
        OR (reminder_of = :request_id AND state IN ('wanted', 'sent', 'expired'))
    """
)
_NO_REMINDER = text(
    """
    UPDATE request SET state = 'skipped', reason = 'answered', due_at = NULL
    WHERE reminder_of = :request_id AND state = 'planned'
    """
)
_EXPIRE = text(
    """
    UPDATE request SET state = 'expired' WHERE request_id IN (
        SELECT request_id FROM request WHERE state IN ('wanted', 'sent') AND expires_at <= :now
        ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    """
)
_LIST = text(
    """
    SELECT number, request_id, survey, version, kind, wave, touchpoint, customer, language, state, reason, asked_at,
           sent_at, opened_at, expires_at, reminder_of, throttle_exempt, case_id
    FROM request
    WHERE survey = :survey AND state <> 'planned' AND (CAST(:ids AS text[]) IS NULL OR customer = ANY(:ids))
      AND (CAST(:before AS bigint) IS NULL OR number < :before)
    ORDER BY number DESC LIMIT :limit
    """
)
_CANCEL = text(
    """
    UPDATE request
    SET state = 'skipped', reason = 'case_reopened', due_at = NULL, occasion_id = occasion_id || ':' || number
    WHERE case_id = :case_id AND throttle_exempt AND state = 'planned'
    """
)


async def plan_requests(connection: AsyncConnection, planned: Sequence[Planned]) -> list[str]:
    """Add what is new; ids of the rows added. An occasion that was planned before stays as it was."""
    if not planned:
        return []
    columns: dict[str, list[Any]] = {
        "surveys": [one.survey for one in planned],
        "kinds": [one.kind for one in planned],
        "customers": [one.customer for one in planned],
        "sources": [one.source for one in planned],
        "ids": [one.id for one in planned],
        "ats": [one.at for one in planned],
        "dues": [one.due_at for one in planned],
        "touchpoints": [one.touchpoint for one in planned],
        "waves": [one.wave for one in planned],
        "reminders": [one.reminder_of for one in planned],
        "exempt": [one.throttle_exempt for one in planned],
        "cases": [one.case_id for one in planned],
    }
    return list((await connection.execute(_PLAN, columns)).scalars())


async def claim_due(connection: AsyncConnection, *, now: datetime, limit: int) -> list[Request]:
    """Due rows, locked until the transaction's end; those of another worker are passed over."""
    return [_request(row) for row in (await connection.execute(_CLAIM, {"now": now, "limit": limit})).mappings()]


async def lock_asked(connection: AsyncConnection, customers: Iterable[str]) -> None:
    """One transaction at a time judges the throttle of a canonical customer."""
    await connection.execute(_LOCK_ASKED, {"ids": sorted(set(customers))})


async def past_asks(
    connection: AsyncConnection, ids: Sequence[str], *, since: datetime
) -> list[tuple[str, str, datetime, bool]]:
    """(id, survey, asked at, throttle exempt) of every ask of the ids that counts; reminders do not."""
    return [tuple(row) for row in await connection.execute(_PAST, {"ids": list(ids), "since": since})]


async def end_planned(connection: AsyncConnection, requests: Sequence[Request]) -> None:
    """Store what became of due rows."""
    if not requests:
        return
    columns: dict[str, list[Any]] = {
        "request_ids": [one.request_id for one in requests],
        "states": [one.state for one in requests],
        "reasons": [one.reason for one in requests],
        "versions": [one.version for one in requests],
        "languages": [one.language for one in requests],
        "asked": [one.asked_at for one in requests],
        "expires": [one.expires_at for one in requests],
        "seeds": [one.token_seed for one in requests],
        "hashes": [one.token_hash for one in requests],
    }
    await connection.execute(_END, columns)


async def read_requests(connection: AsyncConnection, request_ids: Sequence[str]) -> dict[str, Request]:
    """Rows by id."""
    rows = await connection.execute(_READ, {"request_ids": list(request_ids)})
    return {row["request_id"]: _request(row) for row in rows.mappings()}


async def find_by_token(connection: AsyncConnection, token_hash: bytes, *, lock: bool) -> Request | None:
    """The request that a token was made for; locked for who answers it."""
    statement = _BY_TOKEN_LOCKED if lock else _BY_TOKEN
    row = (await connection.execute(statement, {"hash": token_hash})).mappings().one_or_none()
    return None if row is None else _request(row)


async def mark_answered(connection: AsyncConnection, request_id: str) -> None:
    """Nobody is reminded of what is answered."""
    await connection.execute(_ANSWERED, {"request_id": request_id})
    await connection.execute(_NO_REMINDER, {"request_id": request_id})


async def expire_requests(connection: AsyncConnection, *, now: datetime, limit: int) -> int:
    """End what closed without an answer; how many."""
    return (await connection.execute(_EXPIRE, {"now": now, "limit": limit})).rowcount


async def list_requests(
    connection: AsyncConnection, *, survey: str, ids: Sequence[str] | None, before: int | None, limit: int
) -> list[ListedRequest]:
    """A survey's asks, newest first, without those that are still planned; `ids` are one customer's."""
    asked = {"survey": survey, "ids": None if ids is None else list(ids), "before": before, "limit": limit}
    return [ListedRequest(**row) for row in (await connection.execute(_LIST, asked)).mappings()]


async def cancel_reask(connection: AsyncConnection, case_id: str) -> None:
    """The case was reopened before its customer was asked again; its next closing may plan that anew."""
    await connection.execute(_CANCEL, {"case_id": case_id})


def _request(row: Any) -> Request:  # SQLAlchemy's RowMapping has values of any type
    return Request(**{**row, "state": RequestState(row["state"])})
