"""What did a receiver or a member of staff say of an action? A late confirmation counts as sent."""

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Absent, Conflict
from engagement.domain.reasons import Reason
from engagement.domain.told_outcome import ToldOutcome, consequence
from engagement.store.contacts import lock_customers
from engagement.store.deliveries import Delivery
from engagement.store.delivery_outcomes import confirm, lock_delivery, read_delivery
from engagement.store.plans import database_now
from engagement.usecases.deployment import Deployment
from engagement.usecases.publish_care import CareFact, action_name, care_fact, failed_fact, publish_care
from engagement.usecases.record_deliveries import sent_fact


class NothingWasToBeSent(Absent):
    """There is no action of this id: its occasion was not decided, or not to be sent."""

    code = "unknown_action"


class TaskHasItsOwnOutcome(Conflict):
    """A task is completed by POST /v1/tasks/{id}/complete."""

    code = "action_is_a_task"


async def post_outcome(
    connection: AsyncConnection, id_: int, told: ToldOutcome, *, staff_id: str | None, deployment: Deployment
) -> None:
    """Record and publish a word about an action; said twice it changes nothing more.

    Raises NothingWasToBeSent, TaskHasItsOwnOutcome.
    """
    known = await read_delivery(connection, id_)
    if known is None:
        raise NothingWasToBeSent(f"Nothing was to be sent for {action_name(id_)}.")
    if known.kind == "task":
        raise TaskHasItsOwnOutcome(f"{action_name(id_)} is a task: complete it with POST /v1/tasks/ID/complete.")
    await lock_customers(connection, {known.customer})
    action = await lock_delivery(connection, id_) or known
    follows = consequence(told, action.state)
    now = await database_now(connection)
    facts: list[CareFact] = []
    if follows.state is not None:
        reason = Reason.TOLD_FAILED if follows.state == "failed" else None
        action = await confirm(connection, id_, state=follows.state, reason=reason, staff_id=staff_id, now=now)
        facts.append(_moved(action))
    if follows.outcome is not None:
        id_of = f"{action_name(id_)}:outcome:{follows.outcome}"
        facts.append(care_fact(action, "care.outcome", id_of, outcome=follows.outcome))
    await publish_care(connection, facts, at=now, partitions=deployment.partitions)


def _moved(action: Delivery) -> CareFact:
    if action.state == "sent":
        return sent_fact(action)
    return failed_fact(action, state=action.state, reason=action.reason or "")
