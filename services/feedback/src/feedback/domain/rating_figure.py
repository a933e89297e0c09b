"""Which figure stands for some answers, and which sentence may a manager quote?

nps: points from -100 to 100. csat: per cent that are satisfied, with the mean on 1-5. ces: the mean on 1-7, with the
per cent for whom it was easy. Changes are told in points: of NPS, or of per cent. Example: 50 promoters, 30 passives
and 20 detractors: "NPS +30.0 (n = 100, 95% interval +14.1 to +44.2)".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feedback.domain.ces import Ces, ces
from feedback.domain.csat import Csat, csat
from feedback.domain.distribution import Distribution, add
from feedback.domain.holm import holm
from feedback.domain.mean_interval import Mean
from feedback.domain.nps import FEWEST_FOR_A_TREND, Nps, nps
from feedback.domain.report_sentences import NO_ANSWERS, tell_ces, tell_csat, tell_nps
from feedback.domain.survey import Words
from feedback.domain.waves import Change, nps_change, share_change, with_p
from feedback.domain.wilson import Share


class Measured(StrEnum):
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value with its 95 % interval, where it has one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`main` is what the measure is reported as, `beside` stands beside it; both are null without answers."""

    kind: Measured
    n: int
    main: Interval | None = None
    beside: Interval | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    sentences: Words = field(default_factory=lambda: NO_ANSWERS)

    @property
    def is_too_few_for_a_trend(self) -> bool:
        return self.n < FEWEST_FOR_A_TREND


def figure(kind: Measured, answers: Distribution) -> Figure:
    """The figure of some answers."""
    if kind is Measured.NPS:
        score = nps(answers)
        return Figure(kind=kind, n=0) if score is None else _of_nps(score)
    if kind is Measured.CSAT:
        satisfaction = csat(answers)
        return Figure(kind=kind, n=0) if satisfaction is None else _of_csat(satisfaction)
    ease = ces(answers)
    return Figure(kind=kind, n=0) if ease is None else _of_ces(ease)


def change(kind: Measured, before: Distribution, after: Distribution) -> Change | None:
    """The test between two sets of answers; None when one is empty."""
    if not before or not after:
        return None
    if kind is Measured.NPS:
        earlier, later = nps(before), nps(after)
        return None if earlier is None or later is None else nps_change(earlier, later)
    first, second = _share(kind, before), _share(kind, after)
    return None if first is None or second is None else share_change(first, second)


def against_the_rest(kind: Measured, groups: Mapping[str, Distribution]) -> dict[str, Change]:
    """How each group differs from all the others together, the p values corrected by Holm."""
    changes = {}
    for name, answers in groups.items():
        rest = add([others for other, others in groups.items() if other != name])
        told = change(kind, rest, answers)
        if told is not None:
            changes[name] = told
    return corrected(changes)


def corrected(changes: Mapping[str, Change]) -> dict[str, Change]:
    """Several changes looked at together, their p values corrected by Holm."""
    tested = {name: told.p_value for name, told in changes.items() if told.p_value is not None}
    p_values = dict(zip(tested, holm(list(tested.values())), strict=True))
    return {name: with_p(told, p_values[name]) if name in p_values else told for name, told in changes.items()}


def _share(kind: Measured, answers: Distribution) -> Share | None:
    if kind is Measured.CSAT:
        satisfaction = csat(answers)
        return None if satisfaction is None else satisfaction.satisfied
    ease = ces(answers)
    return None if ease is None else ease.easy


def _of_nps(score: Nps) -> Figure:
    return Figure(
        kind=Measured.NPS,
        n=score.n,
        main=Interval(value=score.point, low=score.low, high=score.high),
        counts={"promoters": score.promoters, "passives": score.passives, "detractors": score.detractors},
        sentences=tell_nps(score.point, score.low, score.high, score.n, few=score.is_too_few_for_a_trend),
    )


def _of_csat(told: Csat) -> Figure:
    n, share, few = told.satisfied.n, told.satisfied, told.satisfied.n < FEWEST_FOR_A_TREND
    return Figure(
        kind=Measured.CSAT,
        n=n,
        main=_per_cent(share),
        beside=_interval(told.mean),
        counts={"satisfied": told.satisfied.k},
        sentences=tell_csat(100 * share.value, 100 * share.low, 100 * share.high, told.mean.value, n, few=few),
    )


def _of_ces(told: Ces) -> Figure:
    n, mean = told.easy.n, _interval(told.mean)
    few = n < FEWEST_FOR_A_TREND
    return Figure(
        kind=Measured.CES,
        n=n,
        main=mean,
        beside=_per_cent(told.easy),
        counts={"easy": told.easy.k},
        sentences=tell_ces(mean.value, mean.low, mean.high, 100 * told.easy.value, n, few=few),
    )


def _interval(mean: Mean) -> Interval:
    return Interval(value=mean.value, low=mean.low, high=mean.high)


def _per_cent(share: Share) -> Interval:
    return Interval(value=100 * share.value, low=100 * share.low, high=100 * share.high)
