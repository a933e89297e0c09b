"""What has been decided for some customers already? Contacts that count, kin of families, other occasions, birthdays.

Every read unites a customer with its aliases (`owners`: id -> customer). Days are the customer's local ones.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from asyncpg import Connection

from engagement.domain.caps import COUNTED_STATES, Contact
from engagement.domain.once_per import Earlier
from engagement.domain.playbook import ActionKind, Purpose
from engagement.domain.reasons import Answer
from engagement.domain.validity import Kin

_FREED = ("failed", "cancelled", "expired")
_GONE_OUT = ("sending", "sent", "unknown", "done")

_CONTACTS = """
    SELECT a.customer, a.id, a.playbook, a.purpose, a.kind, a.task_kind, a.channel, a.family, a.priority,
           coalesce(a.sent_at, a.planned_at), o.due_at, a.valid_until
    FROM action a JOIN occasion o ON o.id = a.id
    WHERE a.customer = ANY($1) AND a.state = ANY($2) AND (coalesce(a.sent_at, a.planned_at) > $3 OR a.valid_until >= $4)
"""
_EARLIER = """
    SELECT o.customer, o.id, o.playbook, o.step, o.key, o.at, o.answer, o.reason, o.experiment, o.arm, a.state,
           o.decide_at IS NULL
    FROM occasion o LEFT JOIN action a ON a.id = o.id
    WHERE o.customer = ANY($1) AND o.playbook = ANY($2)
"""
_BIRTHDAYS = """
    SELECT customer, id, due_at FROM occasion
    WHERE customer = ANY($1) AND playbook = ANY($2) AND step = 0 AND decide_at IS NOT NULL AND due_at BETWEEN $3 AND $4
"""


@dataclass(slots=True, kw_only=True)
class Past:
    """What one customer has behind it, and the birthdays ahead."""

    used: list[Contact] = field(default_factory=list)
    kin: list[Kin] = field(default_factory=list)
    earlier: dict[int, Earlier] = field(default_factory=dict)
    birthdays: list[tuple[int, date]] = field(default_factory=list)


async def read_contacts(
    raw: Connection,
    owners: Mapping[str, str],
    zones: Mapping[str, ZoneInfo],
    pasts: Mapping[str, Past],
    *,
    since: datetime,
    now: datetime,
) -> None:
    """Fill in the contacts that count since an instant, and every action of a family that is still valid."""
    for row in await raw.fetch(_CONTACTS, list(owners), list(COUNTED_STATES), since, now):
        own, id_, playbook, purpose, kind, task_kind, channel, family, priority, at, due_at, valid_until = row
        customer = owners[own]
        pasts[customer].used.append(
            Contact(
                occasion=id_,
                purpose=Purpose(purpose),
                kind=ActionKind(kind),
                channel=channel,
                on=at.astimezone(zones[customer]).date(),
                task_kind=task_kind,
            )
        )
        if family is not None:
            pasts[customer].kin.append(
                Kin(
                    occasion=id_,
                    playbook=playbook,
                    family=family,
                    priority=priority,
                    due_at=due_at,
                    valid_until=valid_until,
                )
            )


async def read_earlier(
    raw: Connection, owners: Mapping[str, str], pasts: Mapping[str, Past], playbooks: Collection[str]
) -> None:
    """Fill in the occasions of some playbooks. One that was withdrawn undecided counts as skipped."""
    for row in await raw.fetch(_EARLIER, list(owners), list(playbooks)):
        own, id_, playbook, step, key, at, answer, reason, experiment, arm, state, ended = row
        told = Answer.SKIP if answer is None and ended else answer and Answer(answer)
        pasts[owners[own]].earlier[id_] = Earlier(
            occasion=id_,
            playbook=playbook,
            step=step,
            key=key,
            at=at,
            answer=told,
            reason=reason,
            freed=state in _FREED,
            gone_out=state in _GONE_OUT,
            experiment=experiment,
            arm=arm,
        )


async def read_birthdays(
    raw: Connection,
    owners: Mapping[str, str],
    zones: Mapping[str, ZoneInfo],
    pasts: Mapping[str, Past],
    *,
    playbooks: Collection[str],
    since: datetime,
    until: datetime,
) -> None:
    """Fill in the birthday greetings that are planned and not decided, due between two instants."""
    if not playbooks:
        return
    for own, id_, due_at in await raw.fetch(_BIRTHDAYS, list(owners), list(playbooks), since, until):
        customer = owners[own]
        pasts[customer].birthdays.append((id_, due_at.astimezone(zones[customer]).date()))
