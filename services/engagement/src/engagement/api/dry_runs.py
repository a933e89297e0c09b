"""What does a dry run answer? Counts by decision and reason, and each customer with its reason in words."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from common.http.freshness import Freshness
from engagement.domain.reasons import Reason, in_words
from engagement.usecases.dry_run_playbook import NO_OCCASION, DryRun, Tried

_NO_OCCASION = ("没有触发该剧本的情形", "nothing that the playbook answers could come to this customer")


class TriedStep(BaseModel):
    """What the playbook would do."""

    step: int
    kind: str
    template: str
    due_at: datetime
    valid_until: datetime


class TriedCustomer(BaseModel):
    """`would_get` is null for who gets nothing; `unknown` names the facts that were not known."""

    customer: str
    decision: str
    reason: str | None
    zh: str
    en: str
    until: datetime | None
    channel: str | None
    arm: str | None
    unknown: list[str]
    would_get: TriedStep | None


class DryRunAnswer(BaseModel):
    """`counts`: decision -> reason -> customers."""

    playbook: str
    version: Annotated[int | None, Field(description="null: a draft")]
    at: datetime
    tried: int
    counts: dict[str, dict[str, int]]
    data: list[TriedCustomer]
    as_of: date
    freshness: Freshness


def dry_run_answer(run: DryRun, today: date, freshness: Freshness) -> DryRunAnswer:
    """The run as it leaves."""
    return DryRunAnswer(
        playbook=run.playbook.name,
        version=run.playbook.version or None,
        at=run.at,
        tried=len(run.tried),
        counts={answer: dict(reasons) for answer, reasons in run.counts.items()},
        data=[_tried(one, run) for one in run.tried],
        as_of=today,
        freshness=freshness,
    )


def _tried(one: Tried, run: DryRun) -> TriedCustomer:
    decision, occasion = one.decision, one.occasion
    if decision is None or occasion is None:
        zh, en = _NO_OCCASION
        return TriedCustomer(
            customer=one.customer,
            decision="skip",
            reason=NO_OCCASION,
            zh=zh,
            en=en,
            until=None,
            channel=None,
            arm=None,
            unknown=[],
            would_get=None,
        )
    zh, en = in_words(decision.reason or decision.answer)
    return TriedCustomer(
        customer=one.customer,
        decision=decision.answer,
        reason=decision.reason,
        zh=zh,
        en=en,
        until=decision.until,
        channel=decision.channel,
        arm=decision.arm,
        unknown=decision.detail.split(", ") if decision.detail and decision.reason is Reason.UNKNOWN_FACTS else [],
        would_get=_step(one, run) if decision.answer in ("send", "defer") else None,
    )


def _step(one: Tried, run: DryRun) -> TriedStep | None:
    if one.occasion is None or one.decision is None:
        return None
    step = run.playbook.steps[one.occasion.step]
    return TriedStep(
        step=step.index,
        kind=step.kind,
        template=one.decision.template or step.template,
        due_at=one.occasion.due_at,
        valid_until=one.occasion.valid_until,
    )
