"""GET /v1/reports/care: what was decided, delivered, held out and not sent, and why?"""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from common.http.customers import Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from engagement.api.action_answer import Words, words_of
from engagement.domain.reasons import Answer
from engagement.store.care_counts import TaskCount
from engagement.usecases.report_care import report_care

router = APIRouter()

DAYS: Final = 30


class CareRow(BaseModel):
    """Occasions of one playbook with one last answer; `state` is what became of the action."""

    playbook: str
    decision: Answer
    reason: str | None
    words: Words
    state: str | None
    occasions: int


class TasksAnswer(BaseModel):
    """Tasks: open, those of them due until the end of today, done and missed in the period."""

    open: int
    due: int
    done: int
    missed: int


class CareReportAnswer(BaseModel):
    """`under_way`: what is due this moment and not decided or not sent yet."""

    first_day: date
    as_of: date
    data: list[CareRow]
    tasks: TasksAnswer
    under_way: int
    freshness: Freshness


@router.get("/v1/reports/care")
async def get_care_report(
    connection: Connection,
    today: Today,
    freshness: CurrentFreshness,
    request: Request,
    first_day: Annotated[date | None, Query(alias="from", description="default: 30 days ago")] = None,
) -> CareReportAnswer:
    """Occasions by playbook, decision and reason, from a day on."""
    first = first_day or today - timedelta(days=DAYS)
    report = await report_care(connection, first_day=first, today=today, zone=request.app.state.time_zone)
    return CareReportAnswer(
        first_day=report.first_day,
        as_of=today,
        data=[
            CareRow(
                playbook=one.playbook,
                decision=Answer(one.answer),
                reason=one.reason,
                words=words_of(Answer(one.answer), one.reason),
                state=one.state,
                occasions=one.n,
            )
            for one in report.answers
        ],
        tasks=_tasks(report.tasks),
        under_way=report.under_way,
        freshness=freshness,
    )


def _tasks(counted: TaskCount) -> TasksAnswer:
    return TasksAnswer(open=counted.open, due=counted.due, done=counted.done, missed=counted.missed)
