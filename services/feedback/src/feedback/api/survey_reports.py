"""GET /v1/surveys/{id}/report: what did a survey bring, whom does it speak for, and did it change?"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from common.http.customers import Today
from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from feedback.api.desk import Desk
from feedback.api.figure_answers import (
    ChangeAnswer,
    FigureAnswer,
    GroupAnswer,
    change_answer,
    figure_answer,
    group_answers,
)
from feedback.api.report_answers import AsksAnswer, CoverageAnswer, asks_answer, coverage_answer
from feedback.domain.rating_figure import Measured
from feedback.store.report_answers import By
from feedback.usecases.report_ratings import RatingReport
from feedback.usecases.report_survey import SurveyReport, report_survey

router = APIRouter(tags=["reports"])


class UnsentAnswer(BaseModel):
    """Asks that reached nobody, by state (skipped, not_sent) and reason."""

    state: str
    reason: str
    n: int


class CoverageByAnswer(BaseModel):
    tier: list[CoverageAnswer]
    segment: list[CoverageAnswer]


class ChoiceAnswer(BaseModel):
    choice: str
    n: int


class SurveyReportAnswer(BaseModel):
    """`kind` and the figures are null for a survey without a rating; `silent` are up to 100 customers.

    `change` is since `wave_before`, where one wave was asked for. `drivers` is null in this version.
    """

    survey: str
    kind: Measured | None
    wave: str | None
    by: By | None
    overall: FigureAnswer | None
    groups: list[GroupAnswer]
    waves: list[GroupAnswer]
    wave_before: str | None
    change: ChangeAnswer | None
    response: AsksAnswer
    unsent: list[UnsentAnswer]
    silent: list[str]
    coverage: CoverageByAnswer
    reasks: FigureAnswer | None
    undelivered: FigureAnswer | None
    choices: Mapping[str, list[ChoiceAnswer]]
    drivers: None = None
    as_of: date
    freshness: Freshness


@router.get("/v1/surveys/{survey}/report")
async def get_survey_report(
    survey: Annotated[str, Path(max_length=128)],
    connection: Connection,
    desk: Desk,
    today: Today,
    freshness: CurrentFreshness,
    wave: Annotated[str | None, Query(max_length=128)] = None,
    by: By | None = None,
) -> SurveyReportAnswer:
    """Score, margin, response rate, coverage and waves of a survey, or of one wave of it."""
    told = await report_survey(connection, survey, wave=wave, by=by, desk=desk)
    return SurveyReportAnswer(
        survey=survey,
        kind=told.kind,
        wave=wave,
        by=by,
        **_ratings(told.ratings, told),
        response=asks_answer(told.asks),
        unsent=[UnsentAnswer(state=state, reason=reason, n=n) for state, reason, n in told.unsent],
        silent=list(told.silent),
        coverage=CoverageByAnswer(
            tier=[coverage_answer(one) for one in told.tiers],
            segment=[coverage_answer(one) for one in told.segments],
        ),
        choices={
            question: [ChoiceAnswer(choice=choice, n=n) for choice, n in chosen]
            for question, chosen in told.choices.items()
        },
        as_of=today,
        freshness=freshness,
    )


def _ratings(ratings: RatingReport | None, told: SurveyReport) -> dict[str, object]:
    return {
        "overall": None if ratings is None else figure_answer(ratings.overall),
        "groups": [] if ratings is None else group_answers(ratings.groups, told.waves.by_group),
        "waves": group_answers(told.waves.waves),
        "wave_before": told.waves.before,
        "change": change_answer(told.waves.change),
        "reasks": None if ratings is None else figure_answer(ratings.reasks),
        "undelivered": None if ratings is None else figure_answer(ratings.undelivered),
    }
