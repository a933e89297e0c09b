"""Whom do events make us ask, and when? Rows that fall due; nothing is decided before that.

A signal older than seven days triggers no survey, so an import of history asks nobody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.interactions import Interaction
from common.contracts.relationships import RelationshipEvaluated
from common.events import Event, is_from_service
from feedback.domain.request import Planned
from feedback.domain.survey import Survey, Trigger
from feedback.store.database_clock import read_now
from feedback.store.requests import plan_requests
from feedback.usecases.survey_desk import SurveyDesk

SIGNAL_AGE: Final = timedelta(days=7)

_LIVE_CAUSES: Final = frozenset({"event", "time"})


async def plan_asks(
    connection: AsyncConnection, events: Iterable[Event], *, desk: SurveyDesk, now: datetime | None = None
) -> None:
    """Plan the asks that events trigger; `now` is the database's unless given."""
    triggers = await desk.surveys.triggered(connection)
    told = [event for event in events if event.type in triggers]
    if not told:
        return
    oldest = (now or await read_now(connection)) - SIGNAL_AGE
    await plan_requests(
        connection,
        [
            _planned(event, survey, trigger)
            for event in told
            if event.time > oldest
            for survey, trigger in triggers[event.type]
            if _fires(event, trigger)
        ],
    )


def _fires(event: Event, trigger: Trigger) -> bool:
    if trigger.status is None:
        return True
    if not is_from_service(event):
        return False
    told = convert(event.data, RelationshipEvaluated)
    return told.cause in _LIVE_CAUSES and any(
        change.dimension == "status" and change.to == trigger.status for change in told.changes
    )


def _planned(event: Event, survey: Survey, trigger: Trigger) -> Planned:
    said = convert(event.data, Interaction) if trigger.interaction else None
    return Planned(
        survey=survey.name,
        kind=survey.kind,
        customer=event.subject,
        source=event.source,
        id=event.id,
        at=event.time,
        due_at=event.time + trigger.after,
        touchpoint=survey.touchpoint or (said.touchpoint if said else None),
    )
