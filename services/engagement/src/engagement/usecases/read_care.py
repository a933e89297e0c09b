"""How is a customer cared for, what is left, and why was nothing sent? The care card."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.budget import BudgetLine, budget_left
from engagement.domain.candidate import Rules
from engagement.domain.cool_down import ANGER
from engagement.domain.standing import Standing
from engagement.store.answers import AnsweredOccasion, PastDecision, list_answers, read_decisions
from engagement.store.contacts import read_unions
from engagement.store.preferences import StatedPreference, read_preferences
from engagement.usecases.deployment import Deployment
from engagement.usecases.load_standings import load_standings
from engagement.usecases.read_customer import MirroredCustomer, read_customer

SHOWN_DECISIONS = 50
SHOWN_ACTIONS = 50
DUE_STATES = frozenset({"decided", "waiting", "sending", "awaiting_staff"})
_CLOCK = text("SELECT now()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """`actions`: answered occasions, newest first; `cool_down_until` is None when anger is not fresh."""

    known: MirroredCustomer
    standing: Standing
    decisions: Sequence[PastDecision]
    actions: Sequence[AnsweredOccasion]
    budget: Sequence[BudgetLine]
    cool_down_until: datetime | None
    quiet_until: datetime | None
    preferences: Collection[StatedPreference]


async def read_care(connection: AsyncConnection, own: str, *, named: str, deployment: Deployment) -> Care:
    """The care card of the customer that an id belongs to; `named` is how it was asked for. Raises UnknownCustomer."""
    known = await read_customer(connection, own, named=named)
    now: datetime = (await connection.execute(_CLOCK)).scalar_one()
    current = await deployment.policies.current(connection)
    rules = Rules(contact=current.contact, calendar=current.calendar, zone=deployment.zone)
    unions = await read_unions(connection, [known.customer])
    standings = await load_standings(
        connection, unions, answered=(), live=current.playbooks.values(), rules=rules, now=now
    )
    standing = standings[known.customer]
    ids = [known.customer, *known.aliases]
    actions = await list_answers(
        connection, customers=ids, state=None, decision=None, reason=None, after=None, limit=SHOWN_ACTIONS
    )
    preferences = await read_preferences(connection, unions.owners, today=now.astimezone(deployment.zone).date())
    return Care(
        known=known,
        standing=standing,
        decisions=await read_decisions(connection, customers=ids, limit=SHOWN_DECISIONS),
        actions=actions,
        budget=list(budget_left(standing, rules, now)),
        cool_down_until=_cool_down_until(standing, rules.contact.cool_down, now),
        quiet_until=rules.contact.quiet_hours.until(now, standing.zone),
        preferences=preferences[known.customer],
    )


def _cool_down_until(standing: Standing, cool_down: timedelta, now: datetime) -> datetime | None:
    ends = max((standing.heard[what] + cool_down for what in ANGER if what in standing.heard), default=now)
    return ends if ends > now else None
