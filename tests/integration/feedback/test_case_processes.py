"""Do feedback's real processes turn a complaint on the log into a case, tell the others, and close it?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from tests.support.chassis import PARTITIONS, publish_events
from tests.support.ingest import read_events
from tests.support.service_processes import client_of, make_key, running_service
from tests.support.waiting import until

from common.events import FEEDBACK, INTERACTIONS, Event
from common.identity import IdentityKey
from guanxi_cli.local.home import Home

pytestmark = pytest.mark.xdist_group("feedback-processes")


@pytest.fixture(scope="module")
def key(servers: Home) -> str:
    return make_key(servers, ["feedback:read", "feedback:write"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(servers: Home, key: str) -> AsyncIterator[Home]:
    async with running_service(servers, "feedback"):
        yield servers


@pytest_asyncio.fixture
async def client(home: Home, key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(home, "feedback", key) as client:
        yield client


def told(type_: str, subject: str) -> Event:
    data = {"complaint_id": "case-processes", "touchpoint": "delivery"}
    return Event(id=f"processes-{type_}", source="shop", type=type_, subject=subject, time=datetime.now(UTC), data=data)


async def test_a_complaint_becomes_a_case_that_others_hear_of_until_it_is_resolved(
    home: Home, client: httpx.AsyncClient
) -> None:
    customer = IdentityKey.load(home.folder / "identity.key").own_id("user_id", "complains")

    async def heard(types: list[str]) -> bool:
        since = {TopicPartition(FEEDBACK, partition): 0 for partition in range(PARTITIONS)}
        events = await read_events(home.bootstrap, "guanxi.feedback", since)
        return [event["type"] for event in events if event["subject"] == customer] == types

    await publish_events(home.bootstrap, INTERACTIONS, [told("complaint.made", customer)])
    await until(lambda: heard(["case.opened"]), what="the case told")
    (case,) = (await client.get("/v1/cases?customer=user_id:complains")).json()["data"]
    assert (case["customer"], case["state"], case["owner"]) == (customer, "open", "queue:delivery")
    assert (await client.post(f"/v1/cases/{case['id']}/contacted")).status_code == 200
    await publish_events(home.bootstrap, INTERACTIONS, [told("complaint.resolved", customer)])
    await until(lambda: heard(["case.opened", "case.closed"]), what="the closing told")
    shown = (await client.get(f"/v1/cases/{case['id']}")).json()
    assert (shown["state"], shown["within_clock"], shown["promise_kept"]) == ("closed", True, False)
