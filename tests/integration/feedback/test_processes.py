"""Do feedback's real processes start, hear the log and show what they heard to those who may see it?"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from tests.support.chassis import TIME, publish_events
from tests.support.mirror import consent, evaluated, identity_fact, interaction
from tests.support.service_processes import client_of, make_key, running_service
from tests.support.waiting import until

from common.events import INTERACTIONS, RELATIONSHIPS
from common.identity import IdentityKey
from guanxi_cli.local.home import Home

pytestmark = pytest.mark.xdist_group("feedback-processes")

EMAIL, PHONE, NAME = "ann-of-feedback@example.com", "+8613800138000", "Ann of the Mirror"


@pytest.fixture(scope="module")
def reader_key(servers: Home) -> str:
    return make_key(servers, ["feedback:read"])


@pytest.fixture(scope="module")
def other_key(servers: Home) -> str:
    return make_key(servers, ["care:read", "customers:read"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(servers: Home, reader_key: str, other_key: str) -> AsyncIterator[Home]:
    async with running_service(servers, "feedback"):
        yield servers


@pytest_asyncio.fixture
async def client(home: Home, reader_key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(home, "feedback", reader_key) as client:
        yield client


async def test_what_the_log_tells_is_shown_united_and_without_personal_values(
    home: Home, client: httpx.AsyncClient
) -> None:
    key = IdentityKey.load(home.folder / "identity.key")
    customer, alias = key.own_id("user_id", "mirror-43"), key.own_id("email", EMAIL)
    known = {"user_id": "mirror-43", "email": EMAIL, "phone": PHONE}
    told = [
        interaction(5, "profile.updated", customer, identifiers=known, profile={"name": NAME, "language": "zh"}),
        consent(2, alias, False, "research", "*"),
        *identity_fact(4, "identity.linked", alias, customer),
    ]
    await publish_events(home.bootstrap, INTERACTIONS, told)
    await publish_events(home.bootstrap, RELATIONSHIPS, [evaluated(1, customer, as_of=date(2026, 11, 20))])

    async def shown() -> bool:
        answer = await client.get(f"/v1/customers/email:{EMAIL}")
        heard = answer.json() if answer.is_success else {"freshness": {"lag_events": 1}}
        return heard["freshness"]["lag_events"] == 0 and None not in (heard["relationship"], heard["language"])

    await until(shown, what="the customer shown")
    answer = await client.get(f"/v1/customers/email:{EMAIL}")
    body = answer.json()
    assert (body["customer"], body["aliases"]) == (customer, [alias])
    assert datetime.fromisoformat(body["first_contact_at"]) == TIME + timedelta(minutes=2)
    assert body["language"] == "zh"
    assert [(one["customer"], one["channel"], one["granted"]) for one in body["research_consents"]] == [
        (alias, "*", False)
    ]
    assert body["relationship"] == {"as_of": "2026-11-20", "tier": "brand", "segment": "active", "key_account": False}
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
    async with httpx.AsyncClient(base_url=home.url("feedback")) as nobody:
        assert (await nobody.get(path)).status_code == 401
    async with client_of(home, "feedback", other_key) as other:
        assert (await other.get(path)).status_code == 403
