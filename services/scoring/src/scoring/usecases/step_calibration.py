"""What does a calibration do next? Measures a page; then, with the new thresholds, counts who of a page would move.

At the end the record is in force and everybody is judged anew with the cause `thresholds`; a dry run only reports.
"""

import asyncio
from datetime import date
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import score
from scoring.domain.policy.rules import Rules
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.quality.calibration import CalibrationRefused, calibrate
from scoring.domain.quality.calibration_measures import Measures, measure
from scoring.domain.quality.calibration_report import Calibrated, report
from scoring.domain.reports.what_if import Moves
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import day_number
from scoring.store.job_pages import add_page, drop_pages, read_pages
from scoring.store.jobs import Done, Job, Progress
from scoring.store.thresholds import add_thresholds, free_version
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import START, BasePage, read_base_page
from scoring.usecases.reevaluate_page import plan_run
from scoring.usecases.walk_base import Walk, walk_on

log = structlog.get_logger()

THRESHOLDS: Final = "thresholds"
DRAFT: Final = "calibrated"
LAPS: Final = 2


async def step_calibration(connection: AsyncConnection, job: Job, deployment: Deployment) -> Progress | Done:
    """One page of one of the two laps. Raises CalibrationRefused."""
    as_of = date.fromisoformat(job.params["as_of"])
    walk, rules = await walk_on(connection, job, deployment=deployment)
    if "thresholds" in walk.found:
        return await _compare(connection, job, walk, rules, as_of, deployment)
    return await _measure(connection, job, walk, rules, as_of, deployment)


async def _measure(
    connection: AsyncConnection, job: Job, walk: Walk, rules: Rules, as_of: date, deployment: Deployment
) -> Progress:
    page, place = await read_base_page(connection, walk.place, deployment=deployment)
    measures = await asyncio.to_thread(
        lambda: measure(pack(page.bodies), day_number(as_of), rules.policy, rules.thresholds)
    )
    await add_page(connection, job.id, walk.pages, measures.columns())
    further = replace(walk, pages=walk.pages + 1, customers=walk.customers + len(page.customers))
    if place is not None:
        return replace(further, place=place).progress(laps=LAPS)
    whole = await _whole(connection, job, further)
    try:
        made = await asyncio.to_thread(calibrate, whole, day_number(as_of), rules.policy, version=DRAFT)
    except CalibrationRefused as refused:
        codes = [refusal["code"] for refusal in refused.data["refusals"]]
        log.warning("calibration_refused", job=str(job.id), as_of=as_of.isoformat(), refusals=codes)
        raise
    found = {"thresholds": made.as_mapping(), "moves": msgspec.to_builtins(Moves.none())}
    return replace(further, place=START, customers=0, found=found).progress(laps=LAPS, lap=1)


async def _compare(
    connection: AsyncConnection, job: Job, walk: Walk, rules: Rules, as_of: date, deployment: Deployment
) -> Progress | Done:
    made = Thresholds.from_mapping(walk.found["thresholds"], version=DRAFT)
    page, place = await read_base_page(connection, walk.place, deployment=deployment)
    moves = msgspec.convert(walk.found["moves"], Moves)
    if page.customers:
        await asyncio.to_thread(_compare_page, moves, page, as_of, rules, made)
    further = replace(
        walk, customers=walk.customers + len(page.customers), found={**walk.found, "moves": msgspec.to_builtins(moves)}
    )
    if place is not None:
        return replace(further, place=place).progress(laps=LAPS, lap=1)
    calibrated = Calibrated(
        was=rules.thresholds,
        now=made,
        policy=rules.policy,
        as_of=day_number(as_of),
        base=await _whole(connection, job, walk),
        moves=moves,
        currency=deployment.currency,
    )
    await drop_pages(connection, job.id)
    told, version = report(calibrated), None
    if not job.params["dry_run"]:
        version = await _put_in_force(connection, job, made, as_of, told, deployment)
    result = {"version": version, "thresholds": made.as_mapping(), "report": told}
    return Done(result=result, done=LAPS * walk.subjects)


async def _put_in_force(
    connection: AsyncConnection, job: Job, made: Thresholds, as_of: date, told: dict[str, Any], deployment: Deployment
) -> str:
    version = await free_version(connection, as_of)
    named = Thresholds.from_mapping(made.as_mapping(), version=version)
    await add_thresholds(connection, named, as_of=as_of, report=told, made_by=job.asked_by)
    await plan_run(connection, f"thresholds-{version}", cause=THRESHOLDS, deployment=deployment)
    log.info("thresholds_in_force", version=version)
    return version


def _compare_page(moves: Moves, page: BasePage, as_of: date, rules: Rules, made: Thresholds) -> None:
    arrays = pack(page.bodies)
    was, now = (score(arrays, as_of, rules.policy, each) for each in (rules.thresholds, made))
    moves.add(page.customers, known_on(arrays, day_number(as_of)), was, now, movers=0)


async def _whole(connection: AsyncConnection, job: Job, walk: Walk) -> Measures:
    pages = [Measures.of_columns(columns) async for columns in read_pages(connection, job.id, walk.pages)]
    return Measures.total(pages)
