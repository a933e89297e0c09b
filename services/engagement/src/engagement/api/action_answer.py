"""How is a decided action shown over HTTP? Numbers become names, reasons get words in Chinese and English."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from engagement.domain.reasons import Answer, in_words
from engagement.store.answers import AnsweredOccasion, PastAttempt, PastDecision
from engagement.usecases.publish_care import action_name


class Words(BaseModel):
    """The same in two languages."""

    zh: str
    en: str


class ActionAnswer(BaseModel):
    """What was decided about one occasion last, and what became of it. `state` is null where nothing was to be sent."""

    id: str
    customer: str
    playbook: Annotated[str | None, Field(description="null: an operator's own action")]
    version: int
    step: int
    purpose: str
    kind: str
    task_kind: str | None
    decision: Answer
    reason: Annotated[str | None, Field(description="why it was not sent, or not yet")]
    words: Words
    detail: Annotated[str | None, Field(description="unknown facts, or what each of several channels said")]
    until: Annotated[datetime | None, Field(description="of a defer: when it is decided again")]
    at: Annotated[datetime, Field(description="of the last decision")]
    occasion_at: datetime
    due_at: datetime
    valid_until: datetime
    state: str | None
    channel: str | None
    template: str | None
    language: str | None
    planned_at: datetime | None
    sent_at: datetime | None
    opened_at: Annotated[datetime | None, Field(description="first opened, as its carrier told")]
    clicked_at: datetime | None
    attempts: int | None
    experiment: str | None
    arm: str | None
    case_id: str | None
    request_id: str | None


class DecisionAnswer(BaseModel):
    """One decision; the `id` is its action's, under which all about it is found."""

    id: str
    kind: str
    playbook: str | None
    purpose: str
    decision: Answer
    reason: str | None
    words: Words
    detail: str | None
    until: datetime | None
    channel: str | None
    arm: str | None
    at: datetime


class AttemptAnswer(BaseModel):
    """One try on a channel."""

    number: int
    channel: str
    adapter: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    detail: Annotated[str | None, Field(description="the receiver's answer, or the text that staff is to send")]


class ActionStoryAnswer(ActionAnswer):
    """An action with every decision (newest first) and every try."""

    decisions: list[DecisionAnswer]
    tries: list[AttemptAnswer]


def words_of(decision: str, reason: str | None) -> Words:
    """Why, or where nothing stood in the way what was decided."""
    zh, en = in_words(reason or decision)
    return Words(zh=zh, en=en)


def action_fields(one: AnsweredOccasion) -> dict[str, object]:
    """The members of an ActionAnswer."""
    told = {name: getattr(one, name) for name in AnsweredOccasion.__slots__ if name not in ("id", "decision_id")}
    return {**told, "id": action_name(one.id), "words": words_of(one.decision, one.reason)}


def action_answer(one: AnsweredOccasion) -> ActionAnswer:
    return ActionAnswer.model_validate(action_fields(one))


def decision_answer(one: PastDecision) -> DecisionAnswer:
    return DecisionAnswer(
        id=action_name(one.occasion_id),
        kind=one.kind,
        playbook=one.playbook,
        purpose=one.purpose,
        decision=Answer(one.decision),
        reason=one.reason,
        words=words_of(one.decision, one.reason),
        detail=one.detail,
        until=one.until,
        channel=one.channel,
        arm=one.arm,
        at=one.at,
    )


def attempt_answer(one: PastAttempt) -> AttemptAnswer:
    return AttemptAnswer(
        number=one.number,
        channel=one.channel,
        adapter=one.adapter,
        started_at=one.started_at,
        finished_at=one.finished_at,
        outcome=one.outcome,
        detail=one.detail,
    )
