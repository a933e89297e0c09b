"""What did one survey bring? Score with margin, response rate, coverage, waves, choices; never a figure alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.coverage import Covered
from feedback.domain.distribution import Distribution
from feedback.domain.rating_figure import Measured, change
from feedback.domain.response_rate import Asks
from feedback.domain.waves import Change
from feedback.store.report_answers import Apart, Asked, By, read_distributions
from feedback.store.report_asks import count_asks, read_coverage, read_silent_customers
from feedback.store.report_choices import count_choices
from feedback.usecases.check_asked import check_asked
from feedback.usecases.report_ratings import (
    GroupFigure,
    RatingReport,
    changes_since,
    named_only,
    rate,
    report_ratings,
    tell_groups,
)
from feedback.usecases.survey_desk import SurveyDesk

SILENT_SHOWN: Final = 100

_Found = Mapping[tuple[Apart, str | None], Distribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """Every wave; where one was asked for, the wave before it and the change since, by group corrected by Holm."""

    waves: Sequence[GroupFigure] = ()
    before: str | None = None
    change: Change | None = None
    by_group: Mapping[str, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReport:
    """`kind` and `ratings` are null for a survey without a rating."""

    survey: str
    kind: Measured | None
    ratings: RatingReport | None
    waves: Waves
    asks: Asks
    unsent: Sequence[tuple[str, str, int]]
    silent: Sequence[str]
    tiers: Sequence[Covered]
    segments: Sequence[Covered]
    choices: Mapping[str, Sequence[tuple[str, int]]]


async def report_survey(
    connection: AsyncConnection, survey: str, *, wave: str | None, by: By | None, desk: SurveyDesk
) -> SurveyReport:
    """The report of a survey, or of one wave. Raises UnknownSurvey, UnknownWave."""
    asked = Asked(survey=survey, wave=wave)
    kind = await _kind(connection, asked, desk)
    by_wave = {} if kind is None else await read_distributions(connection, kind, Asked(survey=survey), By.WAVE)
    tiers, segments = await read_coverage(connection, asked)
    asks, unsent = await count_asks(connection, asked)
    return SurveyReport(
        survey=survey,
        kind=kind,
        ratings=None if kind is None else await _ratings(connection, kind, asked, by, by_wave),
        waves=await _waves(connection, kind, asked, by, by_wave),
        asks=asks,
        unsent=unsent,
        silent=await read_silent_customers(connection, asked, SILENT_SHOWN),
        tiers=tiers,
        segments=segments,
        choices=await count_choices(connection, asked),
    )


async def _kind(connection: AsyncConnection, asked: Asked, desk: SurveyDesk) -> Measured | None:
    """What the survey measures: by its main question, else by the answers that other tools sent under its name."""
    told = await check_asked(connection, asked, desk=desk)
    live = (await desk.surveys.current(connection)).get(asked.survey or "")
    wanted = [live.main.measure] if live is not None and live.main is not None else told
    return next((Measured(kind) for kind in wanted if kind in set(Measured)), None)


async def _ratings(
    connection: AsyncConnection, kind: Measured, asked: Asked, by: By | None, by_wave: _Found
) -> RatingReport:
    """The answers of the wave asked for, or of all; those by wave are read already."""
    if by is not None and by is not By.WAVE:
        return await report_ratings(connection, kind, asked, by)
    found = {key: answers for key, answers in by_wave.items() if asked.wave is None or key[1] == asked.wave}
    return rate(kind, found, by)


async def _waves(
    connection: AsyncConnection, kind: Measured | None, asked: Asked, by: By | None, found: _Found
) -> Waves:
    """All waves; for a wave asked for also the one before it and what changed since, overall and by group."""
    if kind is None:
        return Waves()
    counted, wave = _counted(found), asked.wave
    waves = [told for told in tell_groups(kind, counted, By.WAVE) if told.group is not None]
    by_wave = named_only(counted)
    before = max((name for name in by_wave if wave is not None and name < wave), default=None)
    if wave is None or before is None or wave not in by_wave:
        return Waves(waves=waves)
    groups: dict[str, Change] = {}
    if by is not None and by is not By.WAVE:
        then, now = [
            named_only(_counted(await read_distributions(connection, kind, replace(asked, wave=one), by)))
            for one in (before, wave)
        ]
        groups = changes_since(kind, then, now)
    return Waves(waves=waves, before=before, change=change(kind, by_wave[before], by_wave[wave]), by_group=groups)


def _counted(found: _Found) -> dict[str | None, Distribution]:
    return {group: answers for (apart, group), answers in found.items() if apart is Apart.COUNTED}
