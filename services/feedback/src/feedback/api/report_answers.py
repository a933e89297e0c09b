"""How are figures shown? Never without n, an interval, and the sentence that may be quoted."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from feedback.domain.correlation import FEWEST, RankCorrelation
from feedback.domain.coverage import Covered, coverage
from feedback.domain.expectation_gap import ExpectationGap
from feedback.domain.rating_figure import Figure, Interval, Measured
from feedback.domain.response_rate import Asks, response_rate
from feedback.domain.waves import Change, tell_p
from feedback.domain.wilson import Share
from feedback.usecases.report_ratings import GroupFigure, RatingReport


class IntervalAnswer(BaseModel):
    """A value with its 95 % interval and half its width; the latter are null where there is none."""

    value: float
    low: float | None
    high: float | None
    margin: float | None


class FigureAnswer(BaseModel):
    """nps: points; csat: per cent satisfied, beside it the mean on 1-5; ces: mean on 1-7, beside it per cent easy."""

    kind: Measured
    n: int
    value: float | None
    low: float | None
    high: float | None
    margin: float | None
    beside: IntervalAnswer | None
    counts: Mapping[str, int]
    too_few_for_a_trend: bool
    sentence: str


class ChangeAnswer(BaseModel):
    """A difference in points, tested."""

    difference: float
    z: float | None
    p_value: float | None
    significant: bool
    sentence: str


class GroupAnswer(FigureAnswer):
    """One group; `difference` is from all the others together, of a wave from the wave before it."""

    group: str | None
    difference: ChangeAnswer | None
    since_wave_before: ChangeAnswer | None = None


class ShareAnswer(BaseModel):
    """`k` of `n`; `value` in per cent."""

    k: int
    n: int
    value: float
    low: float
    high: float
    sentence: str


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


def figure_fields(told: Figure) -> dict[str, object]:
    """The fields of a figure."""
    main = None if told.main is None else interval_answer(told.main)
    return {
        "kind": told.kind,
        "n": told.n,
        "value": None if main is None else main.value,
        "low": None if main is None else main.low,
        "high": None if main is None else main.high,
        "margin": None if main is None else main.margin,
        "beside": None if told.beside is None else interval_answer(told.beside),
        "counts": told.counts,
        "too_few_for_a_trend": told.is_too_few_for_a_trend,
        "sentence": told.sentence,
    }


def figure_answer(told: Figure) -> FigureAnswer:
    return FigureAnswer.model_validate(figure_fields(told))


def group_answers(groups: Sequence[GroupFigure], since: Mapping[str, Change] | None = None) -> list[GroupAnswer]:
    """Groups, with their change since the wave before where that was asked for."""
    changes = since or {}
    return [
        GroupAnswer.model_validate(
            figure_fields(told.figure)
            | {
                "group": told.group,
                "difference": change_answer(told.difference),
                "since_wave_before": change_answer(changes.get(told.group or "")),
            }
        )
        for told in groups
    ]


def interval_answer(told: Interval) -> IntervalAnswer:
    known = told.low is not None and told.high is not None
    margin = (told.high - told.low) / 2 if known else None  # type: ignore[operator]  # known: neither is None
    return IntervalAnswer(value=told.value, low=told.low, high=told.high, margin=margin)


def change_answer(told: Change | None) -> ChangeAnswer | None:
    if told is None:
        return None
    return ChangeAnswer(
        difference=told.difference,
        z=told.z,
        p_value=told.p_value,
        significant=told.is_significant,
        sentence=told.sentence,
    )


def share_answer(told: Share | None, what: str) -> ShareAnswer | None:
    """A share in per cent; `what` ends its sentence: `answered`."""
    if told is None:
        return None
    value, low, high = 100 * told.value, 100 * told.low, 100 * told.high
    sentence = f"{value:.1f} % {what} ({told.k} of {told.n}, 95 % interval {low:.1f} to {high:.1f} %)"
    return ShareAnswer(k=told.k, n=told.n, value=value, low=low, high=high, sentence=sentence)


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
