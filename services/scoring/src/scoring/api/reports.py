"""GET /v1/reports/...: how do all relationships spread, and what are they worth?"""

from fastapi import APIRouter

from common.http.freshness import CurrentFreshness, Freshness
from common.http.transaction import Connection
from scoring.api.answers import SharesAnswer, SharesRow
from scoring.api.asking import Day, Deployed
from scoring.usecases.report_standings import Report, report_standings

router = APIRouter()


@router.get("/v1/reports/segments")
async def get_segments(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown segment; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "segment", as_of=as_of, deployment=deployment)
    return _answer(report, deployment.currency, freshness)


@router.get("/v1/reports/tiers")
async def get_tiers(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown tier; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "tier", as_of=as_of, deployment=deployment)
    return _answer(report, deployment.currency, freshness)


@router.get("/v1/reports/stages")
async def get_stages(
    connection: Connection, deployment: Deployed, freshness: CurrentFreshness, as_of: Day = None
) -> SharesAnswer:
    """Customers and 12-month net money by shown stage; with `as_of` recomputed from every state."""
    report = await report_standings(connection, "stage", as_of=as_of, deployment=deployment)
    return _answer(report, deployment.currency, freshness)


def _answer(report: Report, currency: str, freshness: Freshness) -> SharesAnswer:
    customers = sum(count.customers for count in report.counts)
    money = sum(count.monetary_minor for count in report.counts)
    return SharesAnswer(
        data=[
            SharesRow(
                name=count.value,
                customers=count.customers,
                share=count.customers / customers if customers else 0.0,
                monetary_minor=count.monetary_minor,
                monetary_share=count.monetary_minor / money if money else 0.0,
            )
            for count in report.counts
        ],
        customers=customers,
        monetary_minor=money,
        currency=currency,
        as_of=report.as_of,
        freshness=freshness,
    )
