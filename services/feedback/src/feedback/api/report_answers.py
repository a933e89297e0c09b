"""How are reports shown? Their days, their figures, and whom they speak for."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from common.http.freshness import Freshness
from feedback.api.figure_answers import (
    FigureAnswer,
    GroupAnswer,
    IntervalAnswer,
    ShareAnswer,
    figure_answer,
    group_answers,
    interval_answer,
    share_answer,
)
from feedback.domain.correlation import FEWEST, RankCorrelation
from feedback.domain.coverage import Covered, coverage
from feedback.domain.expectation_gap import ExpectationGap
from feedback.domain.rating_figure import Interval
from feedback.domain.response_rate import Asks, response_rate
from feedback.domain.waves import tell_p
from feedback.usecases.report_ratings import RatingReport


class CoverageAnswer(BaseModel):
    """The customers of one group: whom the answers speak for, and whom not."""

    group: str | None
    customers: int
    asked: int
    answered: int
    silent: int
    never_asked: int
    coverage: ShareAnswer | None


class AsksAnswer(BaseModel):
    """Asks, without reminders and re-asks; `answered` of those delivered."""

    wanted: int
    sent: int
    answered: int
    answered_undelivered: int
    skipped: int
    rate: ShareAnswer | None


class GapAnswer(BaseModel):
    """Means on 1-5, and the gap = experienced - expected."""

    touchpoint: str | None
    n: int
    expected: float
    experienced: float
    gap: IntervalAnswer
    proven: bool
    sentence: str


class CorrelationAnswer(BaseModel):
    """Spearman's r between two measures over n customers; null below 30, or where one never varies."""

    between: str
    n: int
    r: float | None
    low: float | None
    high: float | None
    p_value: float | None
    sentence: str


class Spanned(BaseModel):
    """What every report says: its days (both included), as of when, and how fresh."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    from_: Annotated[date, Field(alias="from")]
    to: date
    as_of: date
    freshness: Freshness


class RatingsAnswer(Spanned):
    """One kind of rating; re-asks, and answers to links that were not delivered, stand apart.

    `chain`, with nps only: whether satisfaction, loyalty and recommendation go together.
    """

    overall: FigureAnswer
    groups: list[GroupAnswer]
    reasks: FigureAnswer
    undelivered: FigureAnswer
    chain: list[CorrelationAnswer]


class TouchpointAnswer(BaseModel):
    touchpoint: str
    nps: FigureAnswer
    csat: FigureAnswer
    ces: FigureAnswer
    complaints: int
    cases: int


class TouchpointsAnswer(Spanned):
    data: list[TouchpointAnswer]


class PainAnswer(BaseModel):
    """`pain` = volume x mean shortfall, the shortfall in parts of the scale (0 to 1)."""

    touchpoint: str
    volume: int
    mean_shortfall: float
    pain: float
    events: list[str]
    sentence: str


class PainPointsAnswer(Spanned):
    data: list[PainAnswer]


class GapsAnswer(Spanned):
    data: list[GapAnswer]


class CountAnswer(BaseModel):
    value: str
    n: int


class LoopAnswer(Spanned):
    """Cases opened in the span, each by its last round."""

    opened: int
    closed: int
    promises_kept: int
    waiting_overdue: int
    median_hours_to_contact: float | None
    in_time: ShareAnswer | None
    resolved: ShareAnswer | None
    reopened: ShareAnswer | None
    by: Mapping[str, list[CountAnswer]]


def coverage_answer(told: Covered) -> CoverageAnswer:
    return CoverageAnswer(
        group=told.group,
        customers=told.customers,
        asked=told.asked,
        answered=told.answered,
        silent=told.silent,
        never_asked=told.never_asked,
        coverage=share_answer(coverage(told), "covered"),
    )


def asks_answer(told: Asks) -> AsksAnswer:
    return AsksAnswer(
        wanted=told.wanted,
        sent=told.sent,
        answered=told.answered,
        answered_undelivered=told.answered_undelivered,
        skipped=told.skipped,
        rate=share_answer(response_rate(told), "answered"),
    )


def gap_answer(touchpoint: str | None, told: ExpectationGap) -> GapAnswer:
    gap = interval_answer(Interval(value=told.gap.value, low=told.gap.low, high=told.gap.high))
    around = "" if gap.low is None else f", 95 % interval {gap.low:+.2f} to {gap.high:+.2f}"
    proven = "a proven gap" if told.is_proven else "no proven gap"
    return GapAnswer(
        touchpoint=touchpoint,
        n=told.gap.n,
        expected=told.expected,
        experienced=told.experienced,
        gap=gap,
        proven=told.is_proven,
        sentence=f"{gap.value:+.2f} of 5 against what was expected (n = {told.gap.n}{around}): {proven}",
    )


def correlation_answer(between: str, n: int, told: RankCorrelation | None) -> CorrelationAnswer:
    names = between.replace("_", " and ")
    if told is None:
        sentence = f"{names}: not enough answers ({n} of {FEWEST}), or all alike"
        return CorrelationAnswer(between=between, n=n, r=None, low=None, high=None, p_value=None, sentence=sentence)
    sentence = (
        f"{names} go together by r = {told.r:+.2f} (n = {n}, 95 % interval {told.low:+.2f} to {told.high:+.2f}, "
        f"{tell_p(told.p_value)}); this says nothing of a cause"
    )
    return CorrelationAnswer(
        between=between, n=n, r=told.r, low=told.low, high=told.high, p_value=told.p_value, sentence=sentence
    )


def rating_fields(report: RatingReport) -> dict[str, object]:
    """Overall, groups, and what is told apart."""
    return {
        "overall": figure_answer(report.overall),
        "groups": group_answers(report.groups),
        "reasks": figure_answer(report.reasks),
        "undelivered": figure_answer(report.undelivered),
    }
