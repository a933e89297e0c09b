"""How are figures shown? Never without n, an interval, and the sentence that may be quoted."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from feedback.domain.rating_figure import Figure, Interval, Measured
from feedback.domain.report_sentences import tell_share
from feedback.domain.survey import Words
from feedback.domain.waves import Change
from feedback.domain.wilson import Share
from feedback.usecases.report_ratings import GroupFigure


class Quotable(BaseModel):
    """The sentence that may be quoted, in English, and in Chinese and English."""

    sentence: str
    sentences: Words


def quoted(sentences: Words) -> dict[str, Any]:
    """The fields of what may be quoted."""
    return {"sentence": sentences["en"], "sentences": sentences}


class IntervalAnswer(BaseModel):
    """A value with its 95 % interval and half its width; the latter are null where there is none."""

    value: float
    low: float | None
    high: float | None
    margin: float | None


class FigureAnswer(Quotable):
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


class ChangeAnswer(Quotable):
    """A difference in points, tested."""

    difference: float
    z: float | None
    p_value: float | None
    significant: bool


class GroupAnswer(FigureAnswer):
    """One group; `difference` is from all the others together, of a wave from the wave before it."""

    group: str | None
    difference: ChangeAnswer | None
    since_wave_before: ChangeAnswer | None = None


class ShareAnswer(Quotable):
    """`k` of `n`; `value` in per cent."""

    k: int
    n: int
    value: float
    low: float
    high: float


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
    } | quoted(told.sentences)


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
        **quoted(told.sentences),
    )


def share_answer(told: Share | None, what: Words) -> ShareAnswer | None:
    """A share in per cent; `what` ends its sentences: answered."""
    if told is None:
        return None
    value, low, high = 100 * told.value, 100 * told.low, 100 * told.high
    told_of = tell_share(value, low, high, told.k, told.n, what)
    return ShareAnswer(k=told.k, n=told.n, value=value, low=low, high=high, **quoted(told_of))
