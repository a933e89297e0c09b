"""Staff ask a customer by hand: what is the link, and does it go out? The throttle holds here too."""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import resolve
from common.errors import Conflict
from feedback.domain.request import Planned, Request, RequestState
from feedback.store.database_clock import read_now
from feedback.store.requests import plan_requests, read_requests
from feedback.usecases.ask_due import ask
from feedback.usecases.erase_customers import refuse_erased
from feedback.usecases.find_wave import find_wave
from feedback.usecases.publish_invitations import SOURCE, link_of
from feedback.usecases.survey_desk import SurveyDesk


class SurveyOff(Conflict):
    """The survey asks nobody now."""

    code = "survey_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`state` is wanted (engagement decides on the delivery) or skipped, with the reason; `url` works anyway."""

    id: str
    url: str
    state: RequestState
    reason: str | None


async def invite_customer(connection: AsyncConnection, survey_name: str, own: str, *, desk: SurveyDesk) -> Invitation:
    """A link for one customer, whom feedback need not know yet. Raises UnknownSurvey, CustomerErased."""
    await refuse_erased(connection, own)
    survey = await desk.surveys.find(connection, survey_name)
    if not survey.enabled:
        raise SurveyOff(f"The survey `{survey.name}` is switched off.")
    now = await read_now(connection)
    planned = Planned(
        survey=survey.name,
        kind=survey.kind,
        customer=await resolve(connection, own),
        source=SOURCE,
        id=f"invitation:{uuid4()}",
        at=now,
        due_at=now,
        touchpoint=survey.touchpoint,
        wave=await find_wave(connection, survey, now, zone=desk.zone),
    )
    (request_id,) = await plan_requests(connection, [planned])
    request = (await read_requests(connection, [request_id]))[request_id]
    asked: Request = (await ask(connection, [request], desk=desk, now=now))[request_id]
    return Invitation(id=asked.request_id, url=link_of(asked, desk), state=asked.state, reason=asked.reason)
