"""Is an action that waits not wanted any more? An operator cancels it, or the occasion whose answer was put off."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import driver
from common.errors import Conflict
from engagement.domain.arbiter import Decision
from engagement.domain.reasons import Answer, Reason
from engagement.store.actions import lock_action
from engagement.store.answers import AnsweredOccasion
from engagement.store.decisions import Decided, claim_one, write_decisions
from engagement.usecases.deployment import Deployment
from engagement.usecases.end_actions import end_actions
from engagement.usecases.publish_care import decided_fact, publish_care
from engagement.usecases.read_action import read_action

_CLOCK = text("SELECT now()")
OPEN = frozenset({"decided", "waiting", "awaiting_staff"})


class ActionEnded(Conflict):
    """It was sent, done, or has ended unsent; `state` says which."""

    code = "action_ended"


async def cancel_action(connection: AsyncConnection, id_: int, *, deployment: Deployment) -> AnsweredOccasion:
    """Cancel and tell. Raises UnknownAction, ActionEnded."""
    answered = (await read_action(connection, id_)).answered
    now: datetime = (await connection.execute(_CLOCK)).scalar_one()
    raw = await driver(connection)
    action = await lock_action(raw, id_)
    if action is not None and action.state in OPEN:
        await end_actions(connection, {action: Reason.CANCELLED}, at=now, partitions=deployment.partitions)
    elif action is None and await claim_one(raw, id_) is not None:
        await _end_occasion(connection, answered, deployment=deployment, now=now)
    else:
        state = action.state if action is not None else answered.decision
        raise ActionEnded(f"act_{id_} is {state}: nothing is left to cancel.", state=state)
    return (await read_action(connection, id_)).answered


async def _end_occasion(
    connection: AsyncConnection, answered: AnsweredOccasion, *, deployment: Deployment, now: datetime
) -> None:
    decided = Decided(
        id=answered.id,
        customer=answered.customer,
        playbook=answered.playbook,
        purpose=answered.purpose,
        kind=answered.kind,
        decision=Decision(answer=Answer.SKIP, reason=Reason.CANCELLED, arm=answered.arm),
        case_id=answered.case_id,
        request_id=answered.request_id,
    )
    ids = await write_decisions(await driver(connection), [decided], now=now)
    if decided.request_id is not None:
        fact = decided_fact(decided, decided.decision, ids[answered.id])
        await publish_care(connection, [fact], at=now, partitions=deployment.partitions)
