"""What does a quality run do next? Judges a page as of the past day; at the end tells how good all of it was."""

import asyncio
from datetime import date
from typing import Any

import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.rules import Rules
from scoring.domain.quality.backtest import Outcomes, observe
from scoring.domain.quality.quality import judge
from scoring.domain.quality.quality_words import sentences
from scoring.domain.state.arrays import pack
from scoring.domain.state.days import day_number
from scoring.store.job_pages import add_page, drop_pages, read_pages
from scoring.store.jobs import Done, Job, Progress
from scoring.store.quality import add_quality
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import read_base_page
from scoring.usecases.walk_base import walk_on

log = structlog.get_logger()


async def step_quality(connection: AsyncConnection, job: Job, deployment: Deployment) -> Progress | Done:
    """One page."""
    as_of, horizon = date.fromisoformat(job.params["as_of"]), int(job.params["horizon_days"])
    walk, rules = await walk_on(connection, job, deployment=deployment)
    page, place = await read_base_page(connection, walk.place, deployment=deployment)
    outcomes = await asyncio.to_thread(
        lambda: observe(pack(page.bodies), day_number(as_of), horizon, rules.policy, rules.thresholds)
    )
    await add_page(connection, job.id, walk.pages, outcomes.columns())
    further = replace(walk, pages=walk.pages + 1, customers=walk.customers + len(page.customers))
    if place is not None:
        return replace(further, place=place).progress()
    pages = [Outcomes(**columns) async for columns in read_pages(connection, job.id, further.pages)]
    await drop_pages(connection, job.id)
    figures = await asyncio.to_thread(_told, pages, rules, as_of, horizon)
    versions = {"policy": walk.policy, "thresholds": walk.thresholds}
    number = await add_quality(connection, figures, as_of=as_of, horizon_days=horizon, **versions, made_by=job.asked_by)
    for group in figures["drift"]["groups"]:
        if group["alarm"]:
            log.warning("healthy_customers_leave", run=number, **{key: group[key] for key in ("group", "customers")})
    result = {"number": number, "as_of": as_of.isoformat(), "horizon_days": horizon, "versions": versions, **figures}
    return Done(result=result, done=walk.subjects)


def _told(pages: list[Outcomes], rules: Rules, as_of: date, horizon: int) -> dict[str, Any]:
    figures = judge(Outcomes.total(pages), rules.policy)
    return {**figures, "sentences": sentences({**figures, "as_of": as_of, "horizon_days": horizon})}
