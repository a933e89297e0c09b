"""How do customers rate us, overall and group by group? Each figure with its interval and what may be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.distribution import Distribution, add
from feedback.domain.rating_figure import Figure, Measured, against_the_rest, change, corrected, figure
from feedback.domain.waves import Change
from feedback.store.report_answers import Apart, Asked, By, read_distributions

Groups = Mapping[str | None, Distribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure:
    """One group. `difference` is from all the others (p corrected by Holm), of a wave from the wave before it."""

    group: str | None
    figure: Figure
    difference: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingReport:
    """Answers that count, and those that are told apart."""

    overall: Figure
    groups: list[GroupFigure]
    reasks: Figure
    undelivered: Figure


async def report_ratings(connection: AsyncConnection, kind: Measured, asked: Asked, by: By | None) -> RatingReport:
    """The report of one kind of rating."""
    return rate(kind, await read_distributions(connection, kind, asked, by), by)


def rate(kind: Measured, found: Mapping[tuple[Apart, str | None], Distribution], by: By | None) -> RatingReport:
    """The same of answers in hand; without `by` their groups are of no account."""
    counted = {group: answers for (apart, group), answers in found.items() if apart is Apart.COUNTED}
    return RatingReport(
        overall=figure(kind, add(list(counted.values()))),
        groups=[] if by is None else tell_groups(kind, counted, by),
        reasks=figure(kind, add([answers for (apart, _), answers in found.items() if apart is Apart.REASK])),
        undelivered=figure(kind, add([answers for (apart, _), answers in found.items() if apart is Apart.UNDELIVERED])),
    )


def tell_groups(kind: Measured, groups: Groups, by: By) -> list[GroupFigure]:
    """Every group with its difference; those without a name last."""
    named = dict(sorted(named_only(groups).items()))
    changes = _from_wave_to_wave(kind, named) if by is By.WAVE else against_the_rest(kind, named)
    told = [
        GroupFigure(group=name, figure=figure(kind, answers), difference=changes.get(name))
        for name, answers in named.items()
    ]
    if None in groups:
        told.append(GroupFigure(group=None, figure=figure(kind, groups[None]), difference=None))
    return told


def _from_wave_to_wave(kind: Measured, waves: Mapping[str, Distribution]) -> dict[str, Change]:
    """Each wave against the one before it, by name: 2026-Q3, 2026-Q4."""
    names = list(waves)
    pairs = {later: change(kind, waves[before], waves[later]) for before, later in pairwise(names)}
    return {name: told for name, told in pairs.items() if told is not None}


def changes_since(
    kind: Measured, before: Mapping[str, Distribution], now: Mapping[str, Distribution]
) -> dict[str, Change]:
    """How each group changed between two waves, the p values corrected by Holm."""
    pairs = {name: change(kind, before[name], answers) for name, answers in now.items() if name in before}
    return corrected({name: told for name, told in pairs.items() if told is not None})


def named_only(groups: Groups) -> dict[str, Distribution]:
    """The groups that have a name."""
    return {name: answers for name, answers in groups.items() if name is not None}
