"""Do feedback's real processes ask after a ticket, take the answer on their page, and tell the log of both?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from tests.support.chassis import PARTITIONS, publish_events
from tests.support.ingest import read_events
from tests.support.service_processes import client_of, make_key, running_service
from tests.support.waiting import until

from common.events import CARE, FEEDBACK, INTERACTIONS, Event
from common.identity import IdentityKey
from guanxi_cli.local.home import Home

CANARY = "Ring me: customers-own-words"

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


def told(type_: str, subject: str, *, ago: timedelta, source: str = "shop", **data: object) -> Event:
    time = datetime.now(UTC) - ago
    return Event(id=f"asked-{type_}", source=source, type=type_, subject=subject, time=time, data=data)


async def test_a_resolved_ticket_is_asked_about_and_answered_once(home: Home, client: httpx.AsyncClient) -> None:
    customer = IdentityKey.load(home.folder / "identity.key").own_id("user_id", "asked")

    async def heard(type_: str) -> list[dict[str, Any]]:
        since = {TopicPartition(FEEDBACK, partition): 0 for partition in range(PARTITIONS)}
        events = await read_events(home.bootstrap, "guanxi.feedback", since)
        return [event for event in events if (event["type"], event["subject"]) == (type_, customer)]

    async def is_told(type_: str) -> bool:
        return len(await heard(type_)) == 1

    async def is_state(*states: str) -> bool:
        listed = await client.get("/v1/surveys/ces_ticket/invitations?customer=user_id:asked")
        return tuple(one["state"] for one in listed.json()["data"]) == states

    met = told("page.viewed", customer, ago=timedelta(days=40))
    resolved = told("ticket.resolved", customer, ago=timedelta(hours=3), ticket_id="7")
    await publish_events(home.bootstrap, INTERACTIONS, [met, resolved])
    await until(lambda: is_told("survey.invitation_wanted"), what="the invitation told")
    wanted = (await heard("survey.invitation_wanted"))[0]["data"]
    assert wanted["url"].startswith(f"{home.url('feedback')}/s/")

    action = {"action_id": "act_1", "purpose": "research", "kind": "survey_request", "channel": "email"}
    sent = action | {"request_id": wanted["request_id"], "personal": False, "template": "survey"}
    care = told("care.sent", customer, ago=timedelta(), source="guanxi.engagement", **sent)
    await publish_events(home.bootstrap, CARE, [care])
    await until(lambda: is_state("sent"), what="the ask sent")

    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(f"{wanted['url']}?score=6")).status_code == 200
        for status in (200, 409):
            form = {"easy": "6", "comment": CANARY}
            assert (await anybody.post(wanted["url"], data=form)).status_code == status
    await until(lambda: is_told("survey.answered"), what="the answer told")
    answered = (await heard("survey.answered"))[0]["data"]
    assert answered["rating"] == {"kind": "ces", "value": 6.0, "min": 1.0, "max": 7.0}
    assert await is_state("skipped", "answered"), "the reminder is off"
    (shown,) = (await client.get("/v1/answers?customer=user_id:asked")).json()["data"]
    assert shown["texts"] == {"comment": CANARY}
    token = wanted["url"].rpartition("/")[2]
    logs = [path.read_text() for path in (home.folder / "logs").glob("feedback-*.log")]
    assert logs
    assert not any(secret in log for log in logs for secret in (token, CANARY, "customers-own-words"))
