"""Which of the asks that are due may go out now? The throttle answers for each person, and every answer is a row."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from feedback.domain.language import language_of
from feedback.domain.request import Request, RequestState, Skipped
from feedback.domain.survey import Survey, ThrottleClass
from feedback.domain.survey_token import SEED_BYTES, hash_token
from feedback.domain.throttle import PastAsk, Throttle, Throttled, judge_ask
from feedback.store.customers import read_first_contacts, read_languages
from feedback.store.requests import claim_due, end_planned, lock_asked, past_asks, read_requests
from feedback.usecases.plan_asks import SIGNAL_AGE
from feedback.usecases.publish_invitations import publish_invitations
from feedback.usecases.survey_desk import SurveyDesk

BATCH: Final = 200
REASK_VALID: Final = timedelta(days=21)


@dataclass(slots=True, kw_only=True)
class _Person:
    """What the throttle must know of one customer, with those asks that are made meanwhile."""

    customer: str
    language: str
    first_contact_on: date | None
    past: list[PastAsk] = field(default_factory=list)


async def ask_due(connection: AsyncConnection, *, desk: SurveyDesk, now: datetime) -> int:
    """Decide one batch of due asks; how many."""
    due = await claim_due(connection, now=now, limit=BATCH)
    await ask(connection, due, desk=desk, now=now)
    return len(due)


async def ask(
    connection: AsyncConnection, due: Sequence[Request], *, desk: SurveyDesk, now: datetime
) -> dict[str, Request]:
    """Decide asks in their order; each as it stands then, by id. What goes out is in the outbox."""
    if not due:
        return {}
    surveys = await desk.surveys.current(connection)
    people = await _meet(connection, due, desk=desk, now=now, surveys=surveys)
    originals = await read_requests(connection, [one.reminder_of for one in due if one.reminder_of])
    decided = []
    for request in due:
        person = people[request.customer]
        original = originals.get(request.reminder_of or "")
        survey = surveys.get(request.survey)
        decided.append(_decide(request, survey, person, original, desk=desk, now=now))
    await end_planned(connection, decided)
    wanted = [one for one in decided if one.state is RequestState.WANTED]
    await publish_invitations(
        connection, [(people[one.customer].customer, one, originals) for one in wanted], desk=desk
    )
    return {one.request_id: one for one in decided}


async def _meet(
    connection: AsyncConnection,
    due: Sequence[Request],
    *,
    desk: SurveyDesk,
    now: datetime,
    surveys: Mapping[str, Survey],
) -> dict[str, _Person]:
    """The person behind each id; locked, so that no other worker judges it meanwhile."""
    canonical = await canonical_ids(connection, (one.customer for one in due))
    await lock_asked(connection, canonical.values())
    families = await members(connection, canonical.values())
    owners = {id_: customer for customer, ids in families.items() for id_ in ids}
    first = await read_first_contacts(connection, families)
    languages = await read_languages(connection, families)
    people = {
        customer: _Person(
            customer=customer,
            language=language_of(languages.get(customer)),
            first_contact_on=first[customer].astimezone(desk.zone).date() if customer in first else None,
        )
        for customer in families
    }
    for id_, name, asked_at, exempt in await past_asks(connection, list(owners), since=now - _memory(desk.throttle)):
        survey = surveys.get(name)
        relationship = survey is not None and survey.throttle is ThrottleClass.RELATIONSHIP and not exempt
        on = asked_at.astimezone(desk.zone).date()
        people[owners[id_]].past.append(PastAsk(on=on, is_relationship=relationship))
    return {one.customer: people[canonical[one.customer]] for one in due}


def _memory(throttle: Throttle) -> timedelta:
    """No rule looks further back; a day more for the clock of the zone."""
    days = max(throttle.relationship_days, throttle.relationship_any_days, throttle.transaction_any_days)
    return timedelta(days=days + 1)


def _decide(
    request: Request,
    survey: Survey | None,
    person: _Person,
    original: Request | None,
    *,
    desk: SurveyDesk,
    now: datetime,
) -> Request:
    if survey is None or not survey.enabled:
        return _skip(request, Skipped.SURVEY_OFF)
    if original is not None:
        return _remind(request, original, now)
    closes_at = now + timedelta(days=survey.closing_days)
    if request.throttle_exempt:
        closes_at = request.occasion_at + REASK_VALID
    wanted = _open(request, survey, person.language, closes_at, desk=desk, now=now)
    today = now.astimezone(desk.zone).date()
    reason = _refusal(request, survey, person, today, desk=desk, now=now)
    if reason is not None:
        return replace(wanted, state=RequestState.SKIPPED, reason=reason)
    relationship = survey.throttle is ThrottleClass.RELATIONSHIP and not request.throttle_exempt
    person.past.append(PastAsk(on=today, is_relationship=relationship))
    return wanted


def _refusal(
    request: Request, survey: Survey, person: _Person, today: date, *, desk: SurveyDesk, now: datetime
) -> Skipped | Throttled | None:
    if request.throttle_exempt:
        return Skipped.TOO_OLD if now >= request.occasion_at + REASK_VALID else None
    if now > request.occasion_at + SIGNAL_AGE + _delay_of(survey):
        return Skipped.TOO_OLD
    return judge_ask(
        desk.throttle, survey.throttle, today=today, first_contact_on=person.first_contact_on, past=person.past
    )


def _delay_of(survey: Survey) -> timedelta:
    return max((trigger.after for trigger in survey.triggers), default=timedelta())


def _open(
    request: Request, survey: Survey, language: str, closes_at: datetime, *, desk: SurveyDesk, now: datetime
) -> Request:
    """The ask with a link of its own, which works whether or not it goes out."""
    seed = secrets.token_bytes(SEED_BYTES)
    return replace(
        request,
        state=RequestState.WANTED,
        version=survey.version,
        language=language,
        asked_at=now,
        expires_at=closes_at,
        token_seed=seed,
        token_hash=hash_token(desk.tokens.make(seed, closes_at)),
    )


def _remind(request: Request, original: Request, now: datetime) -> Request:
    if original.state is RequestState.ANSWERED:
        return _skip(request, Skipped.ANSWERED)
    if original.expires_at is None or original.expires_at <= now:
        return _skip(request, Skipped.CLOSED)
    return replace(
        request,
        state=RequestState.WANTED,
        version=original.version,
        language=original.language,
        asked_at=now,
        expires_at=original.expires_at,
    )


def _skip(request: Request, reason: Skipped) -> Request:
    return replace(request, state=RequestState.SKIPPED, reason=reason)
