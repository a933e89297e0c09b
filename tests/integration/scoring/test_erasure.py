"""Is nothing left of an erased customer but the fact, in any order, and are its neighbours as they were?"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pytest
from msgspec import msgpack
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.scoring.desk import (
    TODAY,
    Desk,
    event,
    linked,
    messages,
    oracle,
    oracle_card,
    order,
    partition,
    received,
    rows,
)
from tests.integration.scoring.test_aliases import apart, last_card, listed, settle
from tests.integration.scoring.test_policy_life import changed
from tests.integration.scoring.test_worker import is_true
from tests.integration.scoring.web import ask, open_api
from tests.support.waiting import until

from common.database import Database
from common.dead_letters import bury
from common.events import Event, encode_event
from guanxi_cli.local.home import Home
from scoring.domain.policy.policy import Policy
from scoring.jobs.audit_findings import Findings, keep_findings
from scoring.store.audit import Finding, begin_run
from scoring.store.jobs import Done, Job, Progress
from scoring.store.policies import add_policy
from scoring.usecases.apply_events import apply_events
from scoring.usecases.ask_job import ask_job
from scoring.usecases.ask_what_if import WHAT_IF as COMPARE
from scoring.usecases.ask_what_if import ask_what_if
from scoring.usecases.compare_policies import compare_policies
from scoring.usecases.deployment import Deployment
from scoring.usecases.erase_customers import forget_late_letters
from scoring.usecases.find_customer import CustomerErased, CustomerUnknown, find_customer
from scoring.usecases.step_job import step_job

ANN: Final = "c_dgoxos63j2esoqncurvb6vnff2"

WHAT_IF: Final = text(
    "INSERT INTO job (id, kind, params, asked_by, result) "
    "VALUES (gen_random_uuid(), 'what_if', 'null', 'ann', CAST(:result AS json))"
)


def erased(customer: str, *aliases: str, request: str = "prv_1") -> list[Event]:
    """The fact as ingest tells it: once for each id."""
    data: dict[str, Any] = {"customer": customer, "aliases": list(aliases), "request_id": request}
    return [
        event("customer.erased", one, id_=f"{request}:{one}", source="guanxi.ingest", **data)
        for one in (*aliases, customer)
    ]


def story(*subjects: str) -> list[Event]:
    return [order(one, 40_000, days_ago=days, id_=f"{one}-{days}") for one in subjects for days in (3, 400)]


OPEN_RUN: Final = text(
    "INSERT INTO job (id, kind, params, asked_by, partial, done) "
    "VALUES (gen_random_uuid(), :kind, 'null', 'ann', :partial, 1)"
)


async def look_up(database: Database, desk: Desk, own: str) -> None:
    async with database.transaction() as connection:
        await find_customer(connection, own, named=own, deployment=desk.deployment)


TRACES: Final = (
    ("alias", "alias IN {ids} OR customer IN {ids}"),
    ("alias_fact", "alias IN {ids} OR customer IN {ids}"),
    ("dirty", "customer IN {ids}"),
    ("dead_letter", "customer IN {ids}"),
    ("transition", "customer IN {ids}"),
    ("outbox", "convert_from(key, 'UTF8') IN {ids}"),
    ("state", "subject IN {ids} AND (published IS NOT NULL OR segment IS NOT NULL)"),
    ("ledger_key", "subject IN {ids} AND source NOT LIKE 'guanxi.%'"),
)


async def facts_left(database: Database, ids: Sequence[str]) -> set[str]:
    """Types on the ledger under some ids; everything else of them must be gone."""
    names = "(" + ", ".join(f"'{one}'" for one in ids) + ")"
    for table, condition in TRACES:
        found = await rows(database, f"SELECT * FROM {table} WHERE {condition.format(ids=names)}")  # noqa: S608
        assert found == [], table
    return {type_ for (type_,) in await rows(database, f"SELECT type FROM ledger WHERE subject IN {names}")}  # noqa: S608


async def test_of_an_erased_customer_and_its_aliases_only_the_fact_is_left(database: Database, policy: Policy) -> None:
    alias, customer = apart()
    desks = [Desk(database), Desk(database)]
    told = [*story(alias, customer, "c-neighbour"), *linked(alias, customer)]
    for one in told:
        await desks[partition(one.subject) % 2].apply([one])
    await settle(*desks)
    async with database.transaction() as connection:
        await connection.execute(WHAT_IF, {"result": f'{{"movers": ["{alias}", "c-neighbour"]}}'})
    facts = erased(customer, alias)
    await desks[0].apply(facts[:1])
    for own in (alias, customer):
        with pytest.raises(CustomerErased):
            await look_up(database, desks[0], own)
    await desks[1].apply(facts[1:])
    await settle(*desks)
    assert await facts_left(database, [alias, customer]) == {"customer.erased"}
    assert await listed(database) == ["c-neighbour"]
    assert await rows(database, "SELECT result FROM job") == [({"movers": ["erased", "c-neighbour"]},)]
    bodies = oracle(story("c-neighbour"), desks[0].deployment, policy)
    assert await last_card(database, "c-neighbour") == oracle_card("c-neighbour", bodies.values(), TODAY, policy)


async def test_only_the_open_runs_that_found_an_erased_customer_begin_anew(database: Database) -> None:
    desk = Desk(database)
    await desk.apply(story("c-1", "c-12"))
    async with database.transaction() as connection:
        for kind, named in (("what_if", "c-1"), ("what_if", "c-neighbour"), ("calibrate", "c-1")):
            await connection.execute(OPEN_RUN, {"kind": kind, "partial": msgpack.encode({"movers": [named]})})
        await connection.execute(WHAT_IF, {"result": '{"movers": ["c-12", "c-1"], "names": {"c-1": "c-1"}}'})
    await desk.apply(erased("c-1"))
    left = await rows(database, "SELECT kind, done FROM job WHERE result IS NULL ORDER BY kind, done")
    assert left == [("calibrate", 1), ("what_if", 0), ("what_if", 1)]
    found = await rows(database, "SELECT result FROM job WHERE result IS NOT NULL")
    assert found == [({"movers": ["c-12", "erased"], "names": {"erased": "erased"}},)]


async def step(database: Database, desk: Desk, does: Any = compare_policies) -> bool:
    async with database.transaction() as connection:
        return await step_job(connection, {COMPARE: does}, deployment=desk.deployment)


async def test_a_run_that_read_a_customer_before_its_erasure_does_not_name_it(database: Database) -> None:
    desk = Desk(database)
    await desk.apply(story("c-1", "c-neighbour"))
    async with database.transaction() as connection:
        body = changed("thresholds.key_account_minor", 10_000)
        await add_policy(connection, version="draft", body=body)
        await ask_what_if(
            connection, "draft", thresholds=None, as_of=TODAY, movers=9, asked_by="ann", deployment=desk.deployment
        )
    is_read = False

    async def erased_after_reading(connection: AsyncConnection, job: Job, at: Deployment) -> Progress | Done:
        nonlocal is_read
        found = await compare_policies(connection, job, at)
        told = found.result if isinstance(found, Done) else found.partial
        if not is_read and b"c-1" in msgpack.encode(told):
            is_read = True
            await desk.apply(erased("c-1"))
        return found

    while await step(database, desk, erased_after_reading):
        pass
    [(result,)] = await rows(database, "SELECT result FROM job")
    assert is_read
    assert sorted(one["customer"] for one in result["movers"]) == ["c-neighbour", "erased"]
    assert "c-1" not in str(result)


WAITS: Final = """
    SELECT count(*) = 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted
"""


async def name_both(_: AsyncConnection, __: Job, ___: Deployment) -> Done:
    return Done(result={"movers": ["c-1", "c-neighbour"]})


@pytest.mark.parametrize("is_erased_first", [True, False])
async def test_an_erasure_and_the_end_of_a_run_wait_for_each_other(database: Database, is_erased_first: bool) -> None:
    desk = Desk(database)
    await desk.apply(story("c-1", "c-neighbour"))

    async def erase(connection: AsyncConnection) -> None:
        await connection.execute(text("SELECT 1"))
        await apply_events(connection, received(erased("c-1")), deployment=desk.deployment, cache=desk.cache)

    async def end(connection: AsyncConnection) -> None:
        await step_job(connection, {COMPARE: name_both}, deployment=desk.deployment)

    async def second(do: Any) -> None:
        async with database.transaction() as connection:
            await do(connection)

    async with database.transaction() as connection:
        await ask_job(connection, COMPARE, {}, asked_by="ann")
    first, then = (erase, end) if is_erased_first else (end, erase)
    async with database.transaction() as connection:
        await first(connection)
        waiting = asyncio.create_task(second(then))
        await until(partial(is_true, database, WAITS), what="the other waits")
    await waiting
    assert await rows(database, "SELECT state, result FROM job") == [("done", {"movers": ["erased", "c-neighbour"]})]


async def test_an_audit_that_found_a_customer_before_its_erasure_keeps_nothing_of_it(database: Database) -> None:
    desk, findings = Desk(database), Findings()
    await desk.apply(story("c-1", "c-12"))
    findings.add(Finding(kind="state_altered", detail="", is_repaired=True, customer=one) for one in ("c-1", "c-12"))
    await desk.apply(erased("c-1"))
    async with database.transaction() as connection:
        number = await begin_run(connection)
        options = {"events": 2, "customers": 2, "days": 90}
        await keep_findings(connection, number, findings, **options, deployment=desk.deployment)
    assert await rows(database, "SELECT customer FROM audit_finding") == [("c-12",)]
    assert await rows(database, "SELECT found, repaired FROM audit_run") == [(2, 2)]


async def test_what_comes_late_of_an_erased_id_is_neither_counted_nor_kept(database: Database) -> None:
    alias, customer = apart()
    desk, other = Desk(database), Desk(database)
    await desk.apply([*story(alias), *erased(customer, alias), *story(customer)])
    malformed = event("order.completed", alias, id_="bad")
    for late in (story(alias, customer), [malformed], linked(alias, "c-9"), linked("c-8", customer, number=2)):
        for one in (other, desk, desk):
            await one.apply(late)
    await other.apply(story("c-8", "c-9"))
    await settle(desk, other)
    assert await facts_left(database, [alias, customer]) == {"customer.erased"}
    assert await listed(database) == ["c-8", "c-9"]
    assert {one["subject"] for one in await messages(database)} == {"c-8", "c-9"}
    with pytest.raises(CustomerErased):
        await look_up(database, other, customer)


async def test_unreadable_events_of_an_erased_customer_do_not_outlive_the_day(database: Database) -> None:
    desk = Desk(database)
    await desk.apply([*story("c-1", "c-2"), *erased("c-1")])
    async with database.transaction() as connection:
        for offset, customer in enumerate(("c-1", "c-2")):
            value = encode_event(event("order.completed", customer, id_="bad"))
            await bury(
                connection, topic="t", partition=0, offset=offset, value=value, reason="unreadable", code_version="1"
            )
        await forget_late_letters(connection, desk.deployment)
    assert await rows(database, "SELECT customer FROM dead_letter") == [("c-2",)]


async def test_an_erasure_told_by_a_producer_erases_nobody(database: Database) -> None:
    desk = Desk(database)
    await desk.apply(story("c-1"))
    data: dict[str, Any] = {"customer": "c-1", "aliases": [], "request_id": "prv_1"}
    await desk.apply([event("customer.erased", "c-1", **data)])
    await look_up(database, desk, "c-1")
    with pytest.raises(CustomerUnknown):
        await look_up(database, desk, "c-2")


async def test_a_family_parts_where_the_link_between_two_of_it_is_erased(database: Database, policy: Policy) -> None:
    desk = Desk(database)
    told = story("c-a", "c-b", "c-c")
    await desk.apply([*told, *linked("c-a", "c-b"), *linked("c-b", "c-c", number=2)])
    await settle(desk)
    assert await listed(database) == ["c-c"]
    await desk.apply(erased("c-b"))
    await settle(desk)
    assert await listed(database) == ["c-a", "c-c"]
    bodies = oracle(told, desk.deployment, policy)
    for one in ("c-a", "c-c"):
        assert await last_card(database, one) == oracle_card(one, [bodies[one]], TODAY, policy)


@pytest.mark.parametrize("path", ["", "/timeline", "/explain?score=strength", "?wait_for=shop/late&timeout=0"])
async def test_what_is_read_of_an_erased_customer_is_410(servers: Home, database: Database, path: str) -> None:
    await Desk(database).apply([*story(ANN), *erased(ANN)])
    async with open_api(servers, database) as api:
        told = await ask(api, "GET", f"/v1/customers/{ANN}{path}", 410)
        assert (told["code"], told["customer"]) == ("customer_erased", ANN)
        cards = await ask(api, "POST", "/v1/customers/batch-get", json={"customers": [ANN]})
        assert (cards["data"], cards["missing"]) == ([], [ANN])
