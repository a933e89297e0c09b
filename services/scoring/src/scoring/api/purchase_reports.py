"""GET /v1/reports/{pareto,retention,recency}: how do customers buy, and how is the money spread over them?"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from common.http.freshness import CurrentFreshness
from common.http.transaction import Connection
from scoring.api.answers_reports import ParetoAnswer, RecencyAnswer, RetentionAnswer
from scoring.api.asking import Day, Deployed
from scoring.api.reports import about, with_shares
from scoring.domain.reports.report_sentences import of_pareto, of_recency, of_retention
from scoring.domain.reports.retention import Cohort, again_next_month, cohorts
from scoring.domain.state.days import day_number
from scoring.usecases.report_pareto import report_pareto
from scoring.usecases.report_recency import report_recency
from scoring.usecases.report_retention import report_retention

router = APIRouter()

Months = Annotated[int, Query(ge=2, le=120, description="calendar months of cohorts, the day's included")]


@router.get("/v1/reports/pareto")
async def get_pareto(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> ParetoAnswer:
    """The true share of the best fifth by 12-month net money, Gini and the Lorenz curve; nothing assumes 80/20."""
    report = await report_pareto(connection, as_of=as_of, deployment=deployment)
    found = report.pareto
    figures = {
        **asdict(found),
        "share_of_80_percent": found.customers_of_80_percent / found.customers if found.customers else None,
        "lorenz": [{"customers_share": of, "monetary_share": money} for of, money in found.lorenz],
        "key_account_minor": found.cut_off_minor,
    }
    rest = about(report.as_of, report.rules, of_pareto(found), deployment, freshness)
    return ParetoAnswer.model_validate({**figures, **rest})


@router.get("/v1/reports/retention")
async def get_retention(
    connection: Connection,
    deployment: Deployed,
    freshness: CurrentFreshness,
    as_of: Day = None,
    months: Months = 13,
) -> RetentionAnswer:
    """By month of the first purchase: how many bought again in each following month."""
    report = await report_retention(connection, as_of=as_of, months=months, deployment=deployment)
    found = report.buyers
    figures = {
        "data": [_cohort(one) for one in cohorts(found, day_number(report.as_of))],
        "buyers": found.buyers,
        "repeat_buyers": found.repeaters,
        "repeat_purchase_rate": found.repeaters / found.buyers if found.buyers else None,
        "next_month_rate": again_next_month(found),
    }
    rest = about(report.as_of, report.rules, of_retention(found), deployment, freshness)
    return RetentionAnswer.model_validate({**figures, **rest})


@router.get("/v1/reports/recency")
async def get_recency(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> RecencyAnswer:
    """Days since the last purchase with money and churn risk, and key accounts whose risk is rising."""
    report = await report_recency(connection, as_of=as_of, deployment=deployment)
    rule = report.rules.policy.reports
    figures = {
        **with_shares([asdict(one) for one in report.bins]),
        "early_warning": [asdict(one) for one in report.warnings],
        "look_back_days": rule.look_back_days,
        "risk_rise_at_least": rule.risk_rise_at_least,
    }
    sentence = of_recency(report.bins, len(report.warnings))
    rest = about(report.as_of, report.rules, sentence, deployment, freshness)
    return RecencyAnswer.model_validate({**figures, **rest})


def _cohort(one: Cohort) -> dict[str, Any]:
    months = [
        {"month": at, "customers": again, "share": again / one.customers, "is_whole": at < len(one.again)}
        for at, again in enumerate(one.again, start=1)
    ]
    return {"month": one.month, "customers": one.customers, "monetary_minor": one.monetary_minor, "again": months}
