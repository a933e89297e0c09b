"""GET /v1/customers/{customer}/care: how is a customer cared for, what is left, and why was nothing sent?"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from common.http.customers import OwnId, Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from engagement.api.action_answer import ActionAnswer, DecisionAnswer, Words, action_answer, decision_answer, words_of
from engagement.api.customers import ConsentAnswer
from engagement.domain.budget import BudgetLine
from engagement.domain.reasons import Answer
from engagement.usecases.read_care import DUE_STATES, Care, read_care

router = APIRouter()


class BudgetAnswer(BaseModel):
    """Contacts left today by purpose and channel; null: without a limit."""

    purpose: str
    channel: str
    left: int | None
    reason: Annotated[str | None, Field(description="why nothing may go now")]
    words: Words | None


class Stated(BaseModel):
    """What the customer said or was seen to prefer; of several values of a key the surest that has not run out."""

    key: str
    value: Any  # in the form in which it was told
    confidence: float
    expires_on: date | None


class Preferences(BaseModel):
    """How the customer wants to be spoken to, and what it likes."""

    language: str
    zone: str
    profiling: Annotated[bool, Field(description="false: only neutral texts")]
    stated: list[Stated]


class CareAnswer(BaseModel):
    """One customer. `not_sent` are the latest answers by which nothing went out, in words."""

    customer: str
    decisions: list[DecisionAnswer]
    advisor: None
    actions: dict[str, list[ActionAnswer]]
    budget: list[BudgetAnswer]
    consents: list[ConsentAnswer]
    preferences: Preferences
    suppressed: bool
    open_case: bool
    cool_down_until: datetime | None
    quiet_until: datetime | None
    not_sent: list[ActionAnswer]
    as_of: date
    freshness: Freshness


@router.get("/v1/customers/{customer}/care")
async def get_care(
    customer: str, own: OwnId, connection: Connection, today: Today, freshness: CurrentFreshness, request: Request
) -> CareAnswer:
    """The care card."""
    care = await read_care(connection, own, named=customer, deployment=request.app.state.deployment)
    return _answer(care, today, freshness)


def _answer(care: Care, today: date, freshness: Freshness) -> CareAnswer:
    shown = [action_answer(one) for one in care.actions]
    return CareAnswer(
        customer=care.known.customer,
        decisions=[decision_answer(one) for one in care.decisions],
        advisor=None,
        actions={
            "done": [one for one in shown if one.state in ("sent", "done")],
            "due": [one for one in shown if one.state in DUE_STATES],
        },
        budget=[_budget(one) for one in care.budget],
        consents=[
            ConsentAnswer(purpose=one.purpose, channel=one.channel, state=one.state, allowed=one.allowed)
            for one in care.known.consents
        ],
        preferences=Preferences(
            language=care.standing.language,
            zone=care.standing.zone.key,
            profiling=not care.standing.profiling_refused,
            stated=[Stated(**asdict(one)) for one in care.preferences],
        ),
        suppressed=care.standing.barred,
        open_case=care.standing.open_case,
        cool_down_until=care.cool_down_until,
        quiet_until=care.quiet_until,
        not_sent=[one for one in shown if _was_not_sent(one)],
        as_of=today,
        freshness=freshness,
    )


def _was_not_sent(one: ActionAnswer) -> bool:
    return one.decision is not Answer.SEND or one.state in ("failed", "unknown", "cancelled", "expired")


def _budget(line: BudgetLine) -> BudgetAnswer:
    return BudgetAnswer(
        purpose=line.purpose,
        channel=line.channel,
        left=line.left,
        reason=line.reason,
        words=None if line.reason is None else words_of(line.reason, line.reason),
    )
