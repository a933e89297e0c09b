"""Does a long run go on page by page, whatever dies, and is no page done twice or lost?"""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs
from tests.integration.scoring.desk import deployment
from tests.integration.scoring.web import ask, open_api
from tests.support.waiting import until

from common.database import Database
from common.errors import Conflict
from guanxi_cli.local.home import Home
from scoring.jobs.runs import do_long_runs
from scoring.store.jobs import Done, Job, Progress, find_job
from scoring.usecases.ask_job import ask_job
from scoring.usecases.cancel_job import cancel_job
from scoring.usecases.deployment import Deployment
from scoring.usecases.step_job import JobCancelled, Step, step_job

PAGES = 4


async def count(_: AsyncConnection, job: Job, __: Deployment) -> Progress | Done:
    """Counts its pages, one a step."""
    pages = [*(job.partial or []), job.done]
    if len(pages) == PAGES:
        return Done(result={"pages": pages, "asked": job.params}, done=PAGES)
    return Progress(done=len(pages), total=PAGES, partial=pages)


async def queue(database: Database, kind: str = "count") -> UUID:
    async with database.transaction() as connection:
        return await ask_job(connection, kind, {"of": "pages"}, asked_by="ann")


async def step(database: Database, step: Step = count) -> bool:
    async with database.transaction() as connection:
        return await step_job(connection, {"count": step}, deployment=deployment())


async def job_of(database: Database, id_: UUID) -> Job:
    async with database.transaction() as connection:
        found = await find_job(connection, id_)
    assert found is not None
    return found


async def has_ended(database: Database, id_: UUID) -> bool:
    return (await job_of(database, id_)).state == "done"


async def test_a_run_goes_page_by_page_and_keeps_what_each_did(database: Database) -> None:
    id_ = await queue(database)
    seen = []
    while await step(database):
        job = await job_of(database, id_)
        seen.append((job.state, job.done, job.total))
    assert seen == [("running", 1, 4), ("running", 2, 4), ("running", 3, 4), ("done", 4, 4)]
    job = await job_of(database, id_)
    assert job.result == {"pages": [0, 1, 2, 3], "asked": {"of": "pages"}}
    assert job.started_at is not None
    assert job.finished_at is not None
    assert job.partial is None


async def test_a_run_whose_worker_is_killed_goes_on_with_another_at_once(database: Database) -> None:
    id_ = await queue(database)
    assert await step(database)
    at_work, backends = asyncio.Event(), []

    async def hang(connection: AsyncConnection, _: Job, __: Deployment) -> Progress | Done:
        backends.append((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())
        at_work.set()
        await asyncio.Event().wait()
        raise AssertionError

    killed = asyncio.create_task(step(database, hang))
    await at_work.wait()
    assert not await step(database), "two workers had the same run in hand"
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    while await step(database):
        pass
    job = await job_of(database, id_)
    assert job.result is not None
    assert job.result["pages"] == [0, 1, 2, 3]


async def test_a_run_that_is_cancelled_while_a_step_is_under_way_loses_that_step(database: Database) -> None:
    id_ = await queue(database)

    async def cancelled_meanwhile(connection: AsyncConnection, job: Job, at: Deployment) -> Progress | Done:
        async with database.transaction() as other:
            await cancel_job(other, id_)
        return await count(connection, job, at)

    with pytest.raises(JobCancelled):
        await step(database, cancelled_meanwhile)
    job = await job_of(database, id_)
    assert (job.state, job.done) == ("cancelled", 0)
    assert not await step(database)


async def test_a_step_does_not_write_back_what_an_erasure_took_meanwhile(database: Database) -> None:
    id_ = await queue(database)
    assert await step(database)

    async def set_back_meanwhile(connection: AsyncConnection, job: Job, at: Deployment) -> Progress | Done:
        async with database.transaction() as other:
            await other.execute(text("UPDATE job SET partial = NULL, done = 0"))
        return await count(connection, job, at)

    with pytest.raises(JobCancelled):
        await step(database, set_back_meanwhile)
    assert (await job_of(database, id_)).partial is None
    while await step(database):
        pass
    assert (await job_of(database, id_)).state == "done"


async def test_a_run_that_cannot_go_on_fails_with_what_to_do_and_the_worker_lives(database: Database) -> None:
    async def refuse(_: AsyncConnection, __: Job, ___: Deployment) -> Progress | Done:
        raise Conflict("Too few customers: calibrate again when there are 200.")

    async def break_down(connection: AsyncConnection, _: Job, __: Deployment) -> Progress | Done:
        await connection.execute(text("SELECT 1 / 0"))
        raise AssertionError

    async def take_too_long(connection: AsyncConnection, _: Job, __: Deployment) -> Progress | Done:
        await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
        await connection.execute(text("SELECT pg_sleep(60)"))
        raise AssertionError

    kinds = ("refuse", "break_down", "take_too_long", "count")
    refused, broken, slow, healthy = [await queue(database, kind) for kind in kinds]
    stop = asyncio.Event()
    steps = {"refuse": refuse, "break_down": break_down, "take_too_long": take_too_long, "count": count}
    with capture_logs() as told:
        worker = asyncio.create_task(do_long_runs(database, deployment(), steps)(stop))
        await until(lambda: has_ended(database, healthy), what="the last run's end")
        stop.set()
        await worker
    assert {one["event"] for one in told} == {"job_refused", "job_failed", "job_retries", "job_done"}
    assert (await job_of(database, refused)).error == "Too few customers: calibrate again when there are 200."
    found = await job_of(database, broken)
    assert found.state == "failed"
    assert found.error is not None
    assert "see job_failed in the worker's log" in found.error
    assert "longer than the database allows" in ((await job_of(database, slow)).error or "")


async def test_runs_are_told_listed_and_cancelled_over_http(servers: Home, database: Database) -> None:
    first, second = await queue(database), await queue(database, "other")
    async with open_api(servers, database) as api:
        told = await ask(api, "GET", f"/v1/jobs/{first}")
        assert (told["kind"], told["state"], told["done"], told["result"]) == ("count", "queued", 0, None)
        assert (told["asked_by"], told["params"]) == ("ann", {"of": "pages"})
        page = await ask(api, "GET", "/v1/jobs?limit=1")
        assert [one["id"] for one in page["data"]] == [str(second)]
        rest = await ask(api, "GET", f"/v1/jobs?limit=1&cursor={page['next_cursor']}")
        assert [one["id"] for one in rest["data"]] == [str(first)]
        assert [one["id"] for one in (await ask(api, "GET", "/v1/jobs?kind=other"))["data"]] == [str(second)]
        assert (await ask(api, "GET", "/v1/jobs?state=done"))["data"] == []
        assert (await ask(api, "POST", f"/v1/jobs/{first}/cancel"))["state"] == "cancelled"
        again = await ask(api, "POST", f"/v1/jobs/{first}/cancel", 409)
        assert "is cancelled: there is nothing to cancel" in again["detail"]
        unknown = await ask(api, "GET", f"/v1/jobs/{UUID(int=7)}", 404)
        assert "GET /v1/jobs lists them" in unknown["detail"]
        await ask(api, "GET", "/v1/jobs/seven", 422)
