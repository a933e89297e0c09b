"""GET /v1/reports/{segments,tiers,stages,lifecycle-matrix,tier-flow,stage-flow}: how do all relationships spread?"""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from scoring.api.answers_reports import FlowAnswer, LifecycleAnswer, SharesAnswer
from scoring.api.asking import Day, Deployed, LocalDay
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.report_sentences import Sentence, of_flow, of_lifecycle, of_shares
from scoring.store.standings import Dimension
from scoring.usecases.deployment import Deployment
from scoring.usecases.report_flow import FlowDimension, FlowReport, report_flow
from scoring.usecases.report_lifecycle import report_lifecycle
from scoring.usecases.report_standings import Report, report_standings

router = APIRouter()

From = Annotated[LocalDay | None, Query(alias="from", description="the first day; default 30 days before `to`")]
To = Annotated[LocalDay | None, Query(description="the second day; default `as_of`, then today")]


@router.get("/v1/reports/segments")
async def get_segments(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown segment; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "segment", as_of=as_of, deployment=deployment)
    return _shares(report, "segment", deployment, freshness)


@router.get("/v1/reports/tiers")
async def get_tiers(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown tier; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "tier", as_of=as_of, deployment=deployment)
    return _shares(report, "tier", deployment, freshness)


@router.get("/v1/reports/stages")
async def get_stages(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown stage; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "stage", as_of=as_of, deployment=deployment)
    return _shares(report, "stage", deployment, freshness)


@router.get("/v1/reports/lifecycle-matrix")
async def get_lifecycle_matrix(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> LifecycleAnswer:
    """Customers and 12-month net money by stage and segment, and playbooks that suit each cell."""
    report = await report_lifecycle(connection, as_of=as_of, deployment=deployment)
    rows = with_shares([asdict(cell) for cell in report.cells])
    rest = about(report.as_of, report.rules, of_lifecycle(report.cells), deployment, freshness)
    return LifecycleAnswer.model_validate({**rows, **rest})


@router.get("/v1/reports/tier-flow")
async def get_tier_flow(
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    start: From = None,
    to: To = None,
    as_of: Day = None,
) -> FlowAnswer:
    """Who moved between two days by shown tier; both recomputed from every state."""
    report = await report_flow(connection, "tier", start=start, end=to or as_of, deployment=deployment)
    return _flow(report, "tier", deployment, freshness)


@router.get("/v1/reports/stage-flow")
async def get_stage_flow(
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    start: From = None,
    to: To = None,
    as_of: Day = None,
) -> FlowAnswer:
    """Who moved between two days by shown stage; both recomputed from every state."""
    report = await report_flow(connection, "stage", start=start, end=to or as_of, deployment=deployment)
    return _flow(report, "stage", deployment, freshness)


def about(
    as_of: date, rules: Rules, sentence: Sentence, deployment: Deployment, freshness: Freshness
) -> dict[str, Any]:
    """What every report carries beside its figures."""
    return {
        "as_of": as_of,
        "currency": deployment.currency,
        "sentence": sentence._asdict(),
        "versions": rules.versions,
        "freshness": freshness,
    }


def with_shares(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows of customers and money with the share of each, and the totals."""
    customers = sum(row["customers"] for row in rows)
    money = sum(row["monetary_minor"] for row in rows)
    for row in rows:
        row["share"] = row["customers"] / customers if customers else 0.0
        row["monetary_share"] = row["monetary_minor"] / money if money else 0.0
    return {"data": rows, "customers": customers, "monetary_minor": money}


def _shares(report: Report, dimension: Dimension, deployment: Deployment, freshness: Freshness) -> SharesAnswer:
    told = [(one.value, one.customers, one.monetary_minor) for one in report.counts]
    rows = [{"name": name, "customers": customers, "monetary_minor": money} for name, customers, money in told]
    rest = about(report.as_of, report.rules, of_shares(dimension, told), deployment, freshness)
    return SharesAnswer.model_validate({**with_shares(rows), **rest})


def _flow(report: FlowReport, dimension: FlowDimension, deployment: Deployment, freshness: Freshness) -> FlowAnswer:
    flow = report.flow
    figures = {
        "data": [asdict(move) for move in report.moves],
        "from_": report.start,
        "to": report.as_of,
        "customers": flow.known_before + flow.arrivals,
        "stayed": flow.stayed,
        "falls_alarm_share": report.rules.policy.reports.falls_alarm_share,
        "alarm": report.is_alarm,
    }
    sentence = of_flow(dimension, flow, is_alarm=report.is_alarm)
    rest = about(report.as_of, report.rules, sentence, deployment, freshness)
    return FlowAnswer.model_validate({**asdict(flow), **figures, **rest})
