"""Which actions are due, and who is about to send them? A short claim while they wait, an attempt row before each try.

waiting (claimed) -> (attempt row, leased) sending -> what store/delivery_outcomes.py writes.
A claim only keeps workers out of each other's way; what may begin is asked under the locks of customer and action. What
its worker could not begin (somebody holds the customer, the channel rests) is free again when the claim runs out, each
action at an instant of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

SHOWN: Final = (
    "id, customer, playbook, version, step, purpose, kind, channel, template, template_version, language, case_id, "
    "request_id, experiment, arm, staff_id, state, reason, attempts, channel_tries"
)

_CLAIM = text(
    """
    UPDATE action SET lease_until = CAST(:now AS timestamptz) + make_interval(secs => 0.5 + random() / 2)
    FROM unnest(CAST(:channels AS text[]), CAST(:again AS boolean[]), CAST(:most AS int[])) AS room(name, again, most)
    CROSS JOIN LATERAL (
        SELECT id FROM action WHERE state = 'waiting' AND channel = room.name
            AND next_try_at <= CAST(:now AS timestamptz) AND (channel_tries > 0) = room.again
            AND (lease_until IS NULL OR lease_until < CAST(:now AS timestamptz))
        ORDER BY next_try_at, id LIMIT room.most FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE action.id = due.id RETURNING action.id, action.customer
    """
)
_READ_MANY = text(f"SELECT {SHOWN} FROM action WHERE id = ANY(:ids) AND state = 'waiting' ORDER BY id")  # noqa: S608
_BEGIN = text(
    """
    UPDATE action SET state = 'sending', attempts = attempts + 1, channel_tries = channel_tries + 1,
        channel = begun.channel, template = begun.template, language = begun.language,
        template_version = begun.template_version, next_try_at = NULL,
        lease_until = CAST(:now AS timestamptz) + make_interval(secs => :lease)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:channels AS text[]), CAST(:templates AS text[]),
                CAST(:languages AS text[]), CAST(:versions AS int[]))
        AS begun(id, channel, template, language, template_version)
    WHERE action.id = begun.id
    """
)
_ATTEMPT = text(
    """
    INSERT INTO attempt (action_id, number, channel, adapter, started_at)
    SELECT *, CAST(:now AS timestamptz)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:numbers AS int[]), CAST(:channels AS text[]), CAST(:adapters AS text[]))
    """
)
_REFUSED_BY = text(
    "SELECT action_id, channel FROM attempt WHERE action_id = ANY(:ids) AND outcome = 'rejected' ORDER BY number"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many first tries and retries of a channel may begin now."""

    channel: str
    first: int
    again: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An action on its way. `attempts` counts all tries, `channel_tries` those on the channel that it is on."""

    id: int
    customer: str
    playbook: str | None
    version: int | None
    step: int
    purpose: str
    kind: str
    channel: str | None
    template: str | None
    template_version: int | None
    language: str | None
    case_id: str | None
    request_id: str | None
    experiment: str | None
    arm: str | None
    staff_id: str | None
    state: str
    reason: str | None
    attempts: int
    channel_tries: int

    @property
    def action_id(self) -> str:
        """As the world knows it: `act_9`."""
        return f"act_{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A try about to be made."""

    id: int
    number: int
    channel: str
    adapter: str
    template: str
    template_version: int
    language: str


async def claim_due(connection: AsyncConnection, rooms: Sequence[Room], *, now: datetime) -> dict[int, str]:
    """Claim actions that are due, at most as many as there is room, for less than a second: id -> customer."""
    wanted = [
        (room.channel, again, most) for room in rooms for again, most in ((False, room.first), (True, room.again))
    ]
    wanted = [one for one in wanted if one[2] > 0]
    if not wanted:
        return {}
    channels, again, most = (list(column) for column in zip(*wanted, strict=True))
    claim = {"channels": channels, "again": again, "most": most, "now": now}
    return dict((await connection.execute(_CLAIM, claim)).all())


async def read_waiting(connection: AsyncConnection, ids: Iterable[int]) -> list[Delivery]:
    """Those of some actions that still wait; the caller holds their locks."""
    return [delivery_of(row) for row in await connection.execute(_READ_MANY, {"ids": list(ids)})]


async def begin_attempts(
    connection: AsyncConnection, begun: Sequence[Begun], *, lease: timedelta, now: datetime
) -> None:
    """Write each try before it is made, and lease its action."""
    if not begun:
        return
    ids, channels = [one.id for one in begun], [one.channel for one in begun]
    action = {
        "ids": ids,
        "channels": channels,
        "templates": [one.template for one in begun],
        "languages": [one.language for one in begun],
        "versions": [one.template_version for one in begun],
        "lease": lease.total_seconds(),
        "now": now,
    }
    await connection.execute(_BEGIN, action)
    numbers, adapters = [one.number for one in begun], [one.adapter for one in begun]
    await connection.execute(
        _ATTEMPT, {"ids": ids, "numbers": numbers, "channels": channels, "adapters": adapters, "now": now}
    )


async def refused_by(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, set[str]]:
    """The channels that rejected each action for good."""
    refused: dict[int, set[str]] = {}
    for id_, channel in await connection.execute(_REFUSED_BY, {"ids": list(ids)}):
        refused.setdefault(id_, set()).add(channel)
    return refused


def delivery_of(row: Row[tuple[object, ...]]) -> Delivery:
    """An action as SHOWN selects it."""
    return Delivery(**row._mapping)
