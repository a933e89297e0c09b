"""Who would get what by a playbook, who not and why? Every rule is asked on real customers; nothing is reserved.

Each customer is asked alone, at the instant given and with what is known now: neither the day's load nor what another
customer would get counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.arbiter import Decision, decide
from engagement.domain.calendar import ANNIVERSARIES
from engagement.domain.candidate import Rules
from engagement.domain.occasion import Occasion
from engagement.domain.planned_occasions import cadence_contacts
from engagement.domain.playbook import Playbook
from engagement.domain.reasons import Answer
from engagement.domain.would_be import as_heard, would_be
from engagement.store.contacts import Unions, read_unions
from engagement.store.relationships import sample_customers
from engagement.usecases.current_policies import Current
from engagement.usecases.deployment import Deployment
from engagement.usecases.load_dates import load_dates
from engagement.usecases.load_standings import load_standings

NO_OCCASION = "no_occasion"
_NOW = text("SELECT now()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One customer's answer; without an occasion `decision` is None."""

    customer: str
    occasion: Occasion | None = None
    decision: Decision | None = None

    @property
    def reason(self) -> str | None:
        return NO_OCCASION if self.decision is None else self.decision.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """`counts`: decision -> reason -> customers; a send and a hold-out have the reason `""`."""

    playbook: Playbook
    at: datetime
    tried: Sequence[Tried]

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, Counter[str]] = {}
        for one in self.tried:
            answer = Answer.SKIP if one.decision is None else one.decision.answer
            found.setdefault(answer, Counter())[one.reason or ""] += 1
        return found


async def dry_run_playbook(
    connection: AsyncConnection,
    playbook: Playbook,
    *,
    customers: Sequence[str] | None,
    limit: int,
    deployment: Deployment,
    at: datetime | None,
) -> DryRun:
    """Try the customers that some ids belong to, or up to `limit` of those that have a card; `at`: now where None."""
    instant: datetime = at or (await connection.execute(_NOW)).scalar_one()
    ids = await sample_customers(connection, limit=limit) if customers is None else customers
    unions = await read_unions(connection, ids)
    current = await deployment.policies.current(connection)
    playbook = replace(playbook, enabled=True)
    tried = await _try(connection, playbook, unions, current=current, deployment=deployment, at=instant)
    return DryRun(playbook=playbook, at=instant, tried=tried)


async def _try(
    connection: AsyncConnection,
    playbook: Playbook,
    unions: Unions,
    *,
    current: Current,
    deployment: Deployment,
    at: datetime,
) -> list[Tried]:
    rules = Rules(contact=current.contact, calendar=current.calendar, zone=deployment.zone)
    live = [*(one for one in current.playbooks.values() if one.name != playbook.name), playbook]
    standings = await load_standings(connection, unions, answered=[playbook], live=live, rules=rules, now=at)
    types = {*ANNIVERSARIES.values(), *cadence_contacts([playbook])}
    tried = []
    for dates in await load_dates(connection, unions.owners, types=types, zone=deployment.zone):
        standing = standings[dates.customer]
        occasion = would_be(playbook, standing, dates, calendar=rules.calendar, at=at)
        if occasion is None:
            tried.append(Tried(customer=dates.customer))
            continue
        due_at = max(occasion.due_at, at)
        decision = decide(occasion, playbook, as_heard(standing, occasion), rules, due_at)
        tried.append(Tried(customer=dates.customer, occasion=occasion, decision=decision))
    return tried
