"""Do engagement's real processes start, hear the log and show what they heard to those who may see it?"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
import pytest_asyncio
from tests.support.chassis import publish_events
from tests.support.mirror import consent, evaluated, identity_fact, interaction
from tests.support.service_processes import client_of, make_key, running_service
from tests.support.waiting import until
from tests.support.web import free_port

from common.events import INTERACTIONS, RELATIONSHIPS
from common.identity import IdentityKey
from guanxi_cli.local.home import Home
from guanxi_cli.local.services import environment as environment_of
from guanxi_cli.local.services import migrate

pytestmark = pytest.mark.xdist_group("engagement-processes")

EMAIL, PHONE, NAME = "ann-of-the-mirror@example.com", "+8613800138000", "Ann of the Mirror"


@pytest.fixture(scope="module")
def reader_key(servers: Home) -> str:
    return make_key(servers, ["care:read"])


@pytest.fixture(scope="module")
def other_key(servers: Home) -> str:
    return make_key(servers, ["feedback:read", "customers:read"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(servers: Home, reader_key: str, other_key: str) -> AsyncIterator[Home]:
    async with running_service(servers, "engagement"):
        yield servers


@pytest_asyncio.fixture
async def client(home: Home, reader_key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(home, "engagement", reader_key) as client:
        yield client


async def test_what_the_log_tells_is_shown_united_and_without_personal_values(
    home: Home, client: httpx.AsyncClient
) -> None:
    key = IdentityKey.load(home.folder / "identity.key")
    customer, alias = key.own_id("user_id", "mirror-42"), key.own_id("email", EMAIL)
    known = {"user_id": "mirror-42", "email": EMAIL, "phone": PHONE}
    told = [
        interaction(1, "profile.updated", customer, identifiers=known, profile={"name": NAME, "birthday": None}),
        consent(2, customer, True, "marketing", "*"),
        consent(3, alias, False, "marketing", "sms"),
        *identity_fact(4, "identity.linked", alias, customer),
    ]
    await publish_events(home.bootstrap, INTERACTIONS, told)
    await publish_events(home.bootstrap, RELATIONSHIPS, [evaluated(1, customer, as_of=date(2026, 11, 20))])

    async def shown() -> bool:
        answer = await client.get(f"/v1/customers/email:{EMAIL}")
        heard = answer.json() if answer.is_success else {"freshness": {"lag_events": 1}}
        return heard["freshness"]["lag_events"] == 0 and heard["relationship"] is not None and heard["profile"] != []

    await until(shown, what="the customer shown")
    answer = await client.get(f"/v1/customers/email:{EMAIL}")
    body = answer.json()
    assert (body["customer"], body["aliases"]) == (customer, [alias])
    assert (body["profile"], body["addresses"]) == (["name"], {"email": 1, "phone": 1})
    assert (body["relationship"]["tier"], body["relationship"]["as_of"]) == ("brand", "2026-11-20")
    marketing = {one["channel"]: one["state"] for one in body["consents"] if one["purpose"] == "marketing"}
    assert (marketing["email"], marketing["sms"]) == ("granted", "withdrawn")
    assert [one["purpose"] for one in body["consents"] if one["allowed"]] == ["marketing"] * 4 + ["profiling"]
    assert not any(secret in answer.text for secret in (EMAIL, PHONE, NAME))


@pytest.mark.parametrize(
    ("customer", "status", "code"),
    [
        ("user_id:nobody-here", 404, "unknown_customer"),
        ("c_aaaaaaaaaaaaaaaaaaaaaaaaaa", 404, "unknown_customer"),
        ("shoe_size:38", 422, "unreadable_customer"),
        ("email:anonymous", 422, "unreadable_customer"),
    ],
)
async def test_who_is_not_known_or_not_readable_gets_a_problem(
    client: httpx.AsyncClient, customer: str, status: int, code: str
) -> None:
    answer = await client.get(f"/v1/customers/{customer}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_only_a_key_with_the_scope_may_see_it(home: Home, other_key: str) -> None:
    path = "/v1/customers/user_id:42"
    async with httpx.AsyncClient(base_url=home.url("engagement")) as nobody:
        assert (await nobody.get(path)).status_code == 401
    async with client_of(home, "engagement", other_key) as other:
        assert (await other.get(path)).status_code == 403


async def test_a_worker_without_kafka_says_degraded_and_ends_in_time(servers: Home) -> None:
    await migrate(servers, "engagement")
    away = {"GUANXI_KAFKA_BOOTSTRAP": "127.0.0.1:1", "GUANXI_MANAGEMENT_PORT": str(free_port())}
    environment = {**os.environ, **environment_of(servers, "engagement"), **away}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "engagement", "worker", env=environment)

    async def degraded() -> bool:
        try:
            async with httpx.AsyncClient(timeout=5.0) as asking:
                answer = await asking.get(f"http://127.0.0.1:{away['GUANXI_MANAGEMENT_PORT']}/readyz")
        except httpx.TransportError:
            return False
        return set(answer.json()["degraded"]) == {"kafka"} if answer.is_success else False

    try:
        await until(degraded, what="the worker degraded")
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), timeout=10.0) == 0
    finally:
        if worker.returncode is None:
            worker.kill()
