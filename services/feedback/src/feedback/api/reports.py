"""/v1/reports/...: what do customers say, where does it hurt, and do we close the loop?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request

from common.errors import Malformed
from common.http.customers import Today
from common.http.freshness import CurrentFreshness
from common.http.transaction import Connection
from feedback.api.desk import Desk
from feedback.api.figure_answers import figure_answer, share_answer
from feedback.api.report_answers import (
    CountAnswer,
    GapsAnswer,
    LoopAnswer,
    PainPointsAnswer,
    RatingsAnswer,
    TouchpointAnswer,
    TouchpointsAnswer,
    correlation_answer,
    gap_answer,
    pain_answer,
    rating_fields,
)
from feedback.domain.rating_figure import Measured
from feedback.domain.report_sentences import IN_TIME, REOPENED, RESOLVED
from feedback.store.report_answers import Asked, By
from feedback.usecases.check_asked import check_asked
from feedback.usecases.report_chain import report_chain
from feedback.usecases.report_loop import report_loop
from feedback.usecases.report_ratings import report_ratings
from feedback.usecases.report_touchpoints import report_expectation_gap, report_pain_points, report_touchpoints

router = APIRouter(tags=["reports"])

DEFAULT_DAYS: Final = 365


class SpanReversed(Malformed):
    """`from` is after `to`."""

    code = "span_reversed"


class AskedSpan:
    """The days asked for as instants of the deployment's zone, and what every report says."""

    def __init__(self, request: Request, first: date, last: date, said: Mapping[str, Any]) -> None:
        zone = request.app.state.time_zone
        self.since = datetime.combine(first, time.min, zone).astimezone(UTC)
        self.until = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC)
        self.said = {"from_": first, "to": last} | dict(said)


async def _span(
    request: Request,
    today: Today,
    freshness: CurrentFreshness,
    since: Annotated[date | None, Query(alias="from", description="first day; by default a year back")] = None,
    to: Annotated[date | None, Query(description="last day; by default today")] = None,
) -> AskedSpan:
    last = to or today
    first = since or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last or last.year >= date.max.year or first.year <= date.min.year:
        raise SpanReversed("`from` must be a day up to `to`, and both days of this age.")
    return AskedSpan(request, first, last, {"as_of": today, "freshness": freshness})


WholeSpan = Annotated[AskedSpan, Depends(_span)]


@router.get("/v1/reports/touchpoints")
async def get_touchpoints(connection: Connection, span: WholeSpan) -> TouchpointsAnswer:
    """Every touchpoint with its scores, complaints and cases."""
    found = await report_touchpoints(connection, span.since, span.until)
    data = [
        TouchpointAnswer(
            touchpoint=one.touchpoint,
            complaints=one.complaints,
            cases=one.cases,
            **{kind.value: figure_answer(told) for kind, told in one.figures.items()},
        )
        for one in found
    ]
    return TouchpointsAnswer(**span.said, data=data)


@router.get("/v1/reports/pain-points")
async def get_pain_points(connection: Connection, span: WholeSpan) -> PainPointsAnswer:
    """Where the experience fell short, worst first, with the events behind it."""
    found = await report_pain_points(connection, span.since, span.until)
    data = [pain_answer(one.point, one.events) for one in found]
    return PainPointsAnswer(**span.said, data=data)


@router.get("/v1/reports/expectation-gap")
async def get_expectation_gap(connection: Connection, span: WholeSpan) -> GapsAnswer:
    """Experienced less expected, by touchpoint, the widest shortfall first."""
    found = await report_expectation_gap(connection, span.since, span.until)
    return GapsAnswer(**span.said, data=[gap_answer(*one) for one in found])


@router.get("/v1/reports/loop")
async def get_loop(connection: Connection, span: WholeSpan) -> LoopAnswer:
    """Whether cases are contacted in time, settled, and for which causes."""
    told = await report_loop(connection, span.since, span.until)
    return LoopAnswer(
        **span.said,
        opened=told.counts.opened,
        closed=told.counts.closed,
        promises_kept=told.counts.promises_kept,
        waiting_overdue=told.counts.waiting_overdue,
        median_hours_to_contact=told.counts.median_hours,
        in_time=share_answer(told.in_time, IN_TIME),
        resolved=share_answer(told.resolved, RESOLVED),
        reopened=share_answer(told.reopened, REOPENED),
        by={name: [CountAnswer(value=value, n=n) for value, n in rows] for name, rows in told.by.items()},
    )


@router.get("/v1/reports/{kind}")
async def get_ratings(
    kind: Measured,
    connection: Connection,
    desk: Desk,
    span: WholeSpan,
    by: By | None = None,
    survey: Annotated[str | None, Query(max_length=128)] = None,
    wave: Annotated[str | None, Query(max_length=128)] = None,
) -> RatingsAnswer:
    """NPS, CSAT or CES of all surveys or one, overall and by group."""
    asked = Asked(survey=survey, wave=wave, since=span.since, until=span.until)
    await check_asked(connection, asked, desk=desk)
    told = await report_ratings(connection, kind, asked, by)
    chain = await report_chain(connection, asked) if kind is Measured.NPS else {}
    shown = [correlation_answer(between, *found) for between, found in chain.items()]
    return RatingsAnswer(**span.said, **rating_fields(told), chain=shown)
