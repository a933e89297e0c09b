"""What does engagement's care change on asks? Sent wins over not sent, and an answer over both."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ACTIONS = text(
    """
    UPDATE request r SET action_id = told.action_id
    FROM unnest(CAST(:request_ids AS text[]), CAST(:action_ids AS text[])) AS told(request_id, action_id)
    WHERE r.request_id = told.request_id
    """
)
_NOT_SENT = text(
    """
    UPDATE request r SET state = 'not_sent', reason = told.reason
    FROM unnest(CAST(:request_ids AS text[]), CAST(:reasons AS text[])) AS told(request_id, reason)
    WHERE r.request_id = told.request_id AND r.state = 'wanted'
    """
)
_SENT = text(
    """
    UPDATE request r
    SET sent_at = least(r.sent_at, told.at),
        state = CASE WHEN r.state NOT IN ('wanted', 'not_sent') THEN r.state
                     WHEN starts_with(r.customer, 'erased:') THEN 'expired' ELSE 'sent' END,
        reason = CASE WHEN r.state IN ('wanted', 'not_sent') AND NOT starts_with(r.customer, 'erased:') THEN NULL
                      ELSE r.reason END
    FROM unnest(CAST(:request_ids AS text[]), CAST(:ats AS timestamptz[])) AS told(request_id, at)
    WHERE r.request_id = told.request_id
    """
)
_OPENED = text(
    """
    UPDATE request r SET opened_at = least(r.opened_at, told.at)
    FROM unnest(CAST(:action_ids AS text[]), CAST(:ats AS timestamptz[])) AS told(action_id, at)
    WHERE r.action_id = told.action_id
    """
)


async def save_actions(connection: AsyncConnection, actions: Mapping[str, str]) -> None:
    """Which action carries each request."""
    if actions:
        columns = {"request_ids": list(actions), "action_ids": list(actions.values())}
        await connection.execute(_ACTIONS, columns)


async def save_not_sent(connection: AsyncConnection, reasons: Mapping[str, str]) -> None:
    """Why each of these requests did not go out."""
    if reasons:
        columns = {"request_ids": list(reasons), "reasons": list(reasons.values())}
        await connection.execute(_NOT_SENT, columns)


async def save_sent(connection: AsyncConnection, sent_at: Mapping[str, datetime]) -> None:
    """When each of these requests went out."""
    if sent_at:
        await connection.execute(_SENT, {"request_ids": list(sent_at), "ats": list(sent_at.values())})


async def save_opened(connection: AsyncConnection, opened_at: Mapping[str, datetime]) -> None:
    """When the link in each of these actions was followed first."""
    if opened_at:
        await connection.execute(_OPENED, {"action_ids": list(opened_at), "ats": list(opened_at.values())})
