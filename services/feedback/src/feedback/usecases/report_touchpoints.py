"""How good is each touchpoint, where does it hurt, and where did it stay below what customers expected?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.domain.expectation_gap import ExpectationGap, expectation_gap
from feedback.domain.pain_points import PainPoint, pain_points
from feedback.domain.rating_figure import Figure, Measured, figure
from feedback.store.report_answers import Apart, Asked, By, read_distributions, read_expectations
from feedback.store.report_cases import count_signals
from feedback.store.report_pain import read_shortfalls, read_worst_events

EVENTS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Touchpoint:
    """One touchpoint with all its figures, the number of complaints, and of cases something was heard of."""

    touchpoint: str
    figures: Mapping[Measured, Figure]
    complaints: int
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pain:
    """A pain point with the events (`source/id`) that fell short the most."""

    point: PainPoint
    events: Sequence[str]


async def report_touchpoints(connection: AsyncConnection, since: datetime, until: datetime) -> list[Touchpoint]:
    """Every touchpoint that something was told of, by name."""
    asked = Asked(since=since, until=until)
    signals = await count_signals(connection, since, until)
    found = {kind: await read_distributions(connection, kind, asked, By.TOUCHPOINT) for kind in Measured}
    names = {name for told in found.values() for apart, name in told if apart is Apart.COUNTED and name is not None}
    return [
        Touchpoint(
            touchpoint=name,
            figures={kind: figure(kind, told.get((Apart.COUNTED, name), {})) for kind, told in found.items()},
            complaints=signals.get(name, (0, 0))[0],
            cases=signals.get(name, (0, 0))[1],
        )
        for name in sorted(names | signals.keys())
    ]


async def report_pain_points(connection: AsyncConnection, since: datetime, until: datetime) -> list[Pain]:
    """Touchpoints where the experience fell short, worst first."""
    asked = Asked(since=since, until=until)
    points = pain_points(await read_shortfalls(connection, asked))
    events = await read_worst_events(connection, asked, EVENTS_SHOWN)
    return [Pain(point=point, events=events.get(point.touchpoint, [])) for point in points if point.pain > 0]


async def report_expectation_gap(
    connection: AsyncConnection, since: datetime, until: datetime
) -> list[tuple[str | None, ExpectationGap]]:
    """The gap of each touchpoint, the widest shortfall first."""
    told = await read_expectations(connection, Asked(since=since, until=until))
    gaps = [(touchpoint, expectation_gap(pairs)) for touchpoint, pairs in told.items()]
    found = [(touchpoint, gap) for touchpoint, gap in gaps if gap is not None]
    return sorted(found, key=lambda one: (one[1].gap.value, one[0] or ""))
