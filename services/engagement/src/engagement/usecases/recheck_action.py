"""May these actions still go out? All rules again at the moment of sending; what may not ends or waits, and is told.

Consent, stop_on, caps, quiet hours and "first order" are asked of what is known now. The customers are locked until the
transaction ends, and what may go counts on today from then on.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from engagement.domain.arbiter import Decision, recheck
from engagement.domain.reasons import Answer
from engagement.store.actions import lock_due, move_actions
from engagement.store.contacts import lock_customers
from engagement.usecases.deployment import Deployment
from engagement.usecases.end_actions import end_actions, skipped
from engagement.usecases.load_open_actions import OpenActions, load_open_actions


async def recheck_actions(
    connection: AsyncConnection, customers: Mapping[int, str], *, deployment: Deployment, now: datetime
) -> dict[int, Decision]:
    """Action id -> answer, of those that are still due and whose customer nobody else holds.

    `customers`: action id -> the action's customer.
    `send` may go out now by the decision's channel and template. `skip` has ended (cancelled or expired, care.failed
    is queued), `defer` waits until its instant: both are written already.
    """
    raw = await driver(connection)
    unions = await lock_customers(connection, set(customers.values()), wait=False)
    free = [id_ for id_, customer in customers.items() if customer in unions.owners]
    waiting = await lock_due(raw, free, now=now)
    opened = await load_open_actions(connection, waiting, unions, deployment=deployment, now=now)
    answers = _answers(opened, now)
    await end_actions(connection, skipped(waiting, answers), at=now, partitions=deployment.partitions)
    kept = {one: answers[one.id] for one in waiting if answers[one.id].answer is not Answer.SKIP}
    await move_actions(
        raw,
        {
            one.id: (decision.until or now, decision.channel or one.channel, decision.template or one.template)
            for one, decision in kept.items()
        },
    )
    return answers


def _answers(opened: OpenActions, now: datetime) -> dict[int, Decision]:
    """Each answer counts for the next one: on another day, or no more."""
    answers: dict[int, Decision] = {}
    standings = dict(opened.standings)
    for one in opened.actions:
        standing = standings[one.standing_of]
        decision = recheck(one.occasion, one.playbook, standing, opened.rules, now, channels=one.channels)
        answers[one.id] = decision
        on = None if decision.answer is Answer.SKIP else (decision.until or now).astimezone(standing.zone).date()
        standings[one.standing_of] = standing.moved(one.id, on)
    return answers
