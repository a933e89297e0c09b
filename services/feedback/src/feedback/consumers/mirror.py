"""What does feedback hear? Everything of its topics, applied to the customer mirror in the batch's transaction."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.dead_letters import Handle, Received
from common.events import CARE, INTERACTIONS, RELATIONSHIPS
from feedback.usecases.erase_customers import erase_customers, hear_erasures
from feedback.usecases.follow_care import follow_care
from feedback.usecases.hear_answers import hear_answers
from feedback.usecases.hear_case_events import hear_case_events
from feedback.usecases.mirror_interactions import mirror_interactions
from feedback.usecases.mirror_relationships import mirror_relationships
from feedback.usecases.plan_asks import plan_asks
from feedback.usecases.survey_desk import SurveyDesk

TOPICS: Final = (INTERACTIONS, RELATIONSHIPS, CARE)


def make_handle(desk: SurveyDesk) -> Handle:
    """The handler of the worker and of replayed dead letters: the mirror first, then what acts on it.

    Asks are locked before cases, as by who answers on the page, so that the two never wait for each other. Erased
    customers go last: whatever the batch told of them goes too.
    """

    async def handle_all(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        await handle(connection, batch)
        events = [received.event for received in batch]
        erased = await hear_erasures(connection, events)
        await follow_care(connection, events, desk=desk)
        await hear_case_events(connection, events, desk=desk.cases)
        await hear_answers(connection, events, desk=desk)
        await plan_asks(connection, events, desk=desk)
        await erase_customers(connection, erased, desk=desk.cases)

    return handle_all


async def handle(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """Apply a batch to the mirror; which events mean something is told by type and source, not by topic."""
    events = [received.event for received in batch]
    await mirror_interactions(connection, events)
    await mirror_relationships(connection, events)
