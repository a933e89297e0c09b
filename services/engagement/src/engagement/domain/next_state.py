"""What becomes of an action after a try? Sent, tried again, handed to the next channel, ended, or left unknown.

Worked example: HTTP 500 on the second try of a channel whose receiver drops repeats: waiting, at most five minutes; of
one that does not: unknown, for ever, unless the policy says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from engagement.domain.delivery import Accepted, AwaitingStaff, Outcome, Rejected, Retry, Unknown
from engagement.domain.retry_schedule import delay_before_next_try


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """`outcome` of the attempt; state, reason and wait of the action."""

    outcome: str
    detail: str
    state: str
    reason: str | None = None
    wait: timedelta | None = None
    accepted_id: str | None = None
    next_channel: str | None = None


def after_try(
    outcome: Outcome,
    *,
    schedule: Sequence[timedelta],
    channel_tries: int,
    repeats_are_dropped: bool,
    next_channel: str | None,
    draw: float,
) -> Next:
    """`repeats_are_dropped`: by the receiver, or by policy not minded. `next_channel`: one that has not rejected it."""
    if isinstance(outcome, Accepted):
        return Next(outcome="accepted", detail=outcome.id, state="sent", accepted_id=outcome.id)
    if isinstance(outcome, AwaitingStaff):
        return Next(outcome="awaiting_staff", detail=outcome.detail, state="awaiting_staff")
    if isinstance(outcome, Rejected):
        if next_channel is not None:
            wait = timedelta()
            return Next(
                outcome="rejected", detail=outcome.detail, state="waiting", wait=wait, next_channel=next_channel
            )
        return Next(outcome="rejected", detail=outcome.detail, state="failed", reason="rejected")
    told = "unknown" if isinstance(outcome, Unknown) else "retry"
    if isinstance(outcome, Unknown) and not repeats_are_dropped:
        return Next(outcome=told, detail=outcome.detail, state="unknown", reason="outcome_unknown")
    return _again(outcome, told, schedule, channel_tries, draw)


def _again(outcome: Retry | Unknown, told: str, schedule: Sequence[timedelta], tries: int, draw: float) -> Next:
    wait = delay_before_next_try(schedule, tried=tries, draw=draw, retry_after=outcome.after)
    if wait is None:
        return Next(outcome=told, detail=outcome.detail, state="failed", reason="tries_exhausted")
    return Next(outcome=told, detail=outcome.detail, state="waiting", wait=wait)
