"""How are reports shown? Their days, their figures, and whom they speak for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from common.http.freshness import Freshness
from feedback.api.figure_answers import (
    FigureAnswer,
    GroupAnswer,
    IntervalAnswer,
    Quotable,
    ShareAnswer,
    figure_answer,
    group_answers,
    interval_answer,
    quoted,
    share_answer,
)
from feedback.domain.correlation import FEWEST, RankCorrelation
from feedback.domain.coverage import Covered, coverage
from feedback.domain.expectation_gap import ExpectationGap
from feedback.domain.pain_points import PainPoint
from feedback.domain.rating_figure import Interval
from feedback.domain.report_sentences import (
    ANSWERED,
    COVERED,
    tell_correlation,
    tell_gap,
    tell_no_correlation,
    tell_pain,
)
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


class GapAnswer(Quotable):
    """Means on 1-5, and the gap = experienced - expected."""

    touchpoint: str | None
    n: int
    expected: float
    experienced: float
    gap: IntervalAnswer
    proven: bool


class CorrelationAnswer(Quotable):
    """Spearman's r between two measures over n customers; null below 30, or where one never varies."""

    between: str
    n: int
    r: float | None
    low: float | None
    high: float | None
    p_value: float | None


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


class PainAnswer(Quotable):
    """`pain` = volume x mean shortfall, the shortfall in parts of the scale (0 to 1)."""

    touchpoint: str
    volume: int
    mean_shortfall: float
    pain: float
    events: list[str]


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
        coverage=share_answer(coverage(told), COVERED),
    )


def asks_answer(told: Asks) -> AsksAnswer:
    return AsksAnswer(
        wanted=told.wanted,
        sent=told.sent,
        answered=told.answered,
        answered_undelivered=told.answered_undelivered,
        skipped=told.skipped,
        rate=share_answer(response_rate(told), ANSWERED),
    )


def gap_answer(touchpoint: str | None, told: ExpectationGap) -> GapAnswer:
    gap = interval_answer(Interval(value=told.gap.value, low=told.gap.low, high=told.gap.high))
    return GapAnswer(
        touchpoint=touchpoint,
        n=told.gap.n,
        expected=told.expected,
        experienced=told.experienced,
        gap=gap,
        proven=told.is_proven,
        **quoted(tell_gap(gap.value, gap.low, gap.high, told.gap.n, proven=told.is_proven)),
    )


def pain_answer(told: PainPoint, events: Sequence[str]) -> PainAnswer:
    return PainAnswer(
        touchpoint=told.touchpoint,
        volume=told.volume,
        mean_shortfall=told.mean_shortfall,
        pain=told.pain,
        events=list(events),
        **quoted(tell_pain(told.volume, told.mean_shortfall, told.pain)),
    )


def correlation_answer(between: str, n: int, told: RankCorrelation | None) -> CorrelationAnswer:
    sentences = (
        tell_no_correlation(between, n, FEWEST)
        if told is None
        else tell_correlation(between, told.r, told.low, told.high, tell_p(told.p_value), n)
    )
    return CorrelationAnswer(
        between=between,
        n=n,
        r=told and told.r,
        low=told and told.low,
        high=told and told.high,
        p_value=told and told.p_value,
        **quoted(sentences),
    )


def rating_fields(report: RatingReport) -> dict[str, object]:
    """Overall, groups, and what is told apart."""
    return {
        "overall": figure_answer(report.overall),
        "groups": group_answers(report.groups),
        "reasks": figure_answer(report.reasks),
        "undelivered": figure_answer(report.undelivered),
    }
