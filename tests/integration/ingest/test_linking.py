"""Do the identifiers of one event become one customer, told once to everyone, and known to the door?"""

from typing import Any

from sqlalchemy import text
from tests.support.chassis import event
from tests.support.ingest import Ingest, end_offsets, read_events, running_worker
from tests.support.waiting import until

from common.database import Database
from common.dead_letters import Received
from common.events import decode_event, encode_event
from common.identity import IdentityKey
from guanxi_cli.local.home import Home
from ingest.consumers.interactions import Linker
from ingest.domain.identity import OwnIds
from ingest.settings import IngestSettings


def seen(number: int, **identifiers: str) -> dict[str, Any]:
    return {"id": f"e-{number}", "type": "page.viewed", "data": {"identifiers": identifiers}}


async def test_what_events_tell_of_a_person_is_told_to_all_and_known_at_the_door(
    servers: Home, ingest: Ingest, settings: IngestSettings
) -> None:
    since = await end_offsets(servers.bootstrap)
    name, key = await ingest.new_source()
    one = f"ann-{name}"
    user, email, device = (
        {"user_id": one},
        {"email": f"{one}@example.com"},
        {"anonymous_id": f"device-{one}"},
    )
    for number, identifiers in enumerate((email, user | email, user | device)):
        answer = await ingest.client.post("/v1/events", json=seen(number, **identifiers), headers=key)
        assert answer.json()["accepted"] == 1
    customer = IdentityKey.load(servers.folder / "identity.key").own_id("user_id", one)

    async def known() -> bool:
        answer = await ingest.client.get(f"/v1/customers/email:{one}@example.com", headers=ingest.admin)
        return answer.status_code == 200 and len(answer.json()["aliases"]) == 2

    async with running_worker(settings):
        await until(known, what="both links")
        told = await ingest.client.get(f"/v1/customers/anonymous_id:device-{one}", headers=ingest.admin)

        async def published() -> bool:
            links = await read_events(servers.bootstrap, "guanxi.ingest", since)
            return len([link for link in links if link["data"]["customer"] == customer]) == 4

        await until(published, what="each link told twice")
    assert told.json()["customer"] == customer
    assert told.json()["identifiers"] == {"user_id": 1, "email": 1, "anonymous_id": 1}
    assert set(told.json()["freshness"]) == {"lag_events", "lag_seconds"}
    links = await read_events(servers.bootstrap, "guanxi.ingest", since)
    ours = [link for link in links if link["data"]["customer"] == customer]
    assert {(link["type"], link["data"]["kind"], link["subject"] == customer) for link in ours} == {
        ("customer.merged", "email", False),
        ("customer.merged", "email", True),
        ("identity.linked", "anonymous_id", False),
        ("identity.linked", "anonymous_id", True),
    }
    assert {link["id"].partition(":")[2] for link in ours} == {"alias", "customer"}

    async def recognised() -> bool:
        return bool(ingest.app.state.door.customers.of(ours[0]["data"]["alias"]).id == customer)

    await until(recognised, what="the door knowing the alias")
    await ingest.client.post("/v1/events", json=seen(9, **device), headers=key)
    later = [event for event in await read_events(servers.bootstrap, name, since) if event["id"] == "e-9"]
    assert [event["subject"] for event in later] == [customer]


async def test_nobody_known_is_absent(ingest: Ingest) -> None:
    answer = await ingest.client.get("/v1/customers/user_id:nobody", headers=ingest.admin)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_customer")
    answer = await ingest.client.get("/v1/customers/nonsense", headers=ingest.admin)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_customer")


async def test_the_same_batch_twice_and_late_links_once(servers: Home, database: Database) -> None:
    key = IdentityKey.load(servers.folder / "identity.key")
    own_ids = OwnIds(key)
    customer = key.own_id("user_id", "twice")
    told = event(1, customer)
    told = decode_event(
        encode_event(told).replace(b'"data":{}', b'"data":{"identifiers":{"user_id":"twice","openid":"o"}}')
    )
    batch = [Received(topic="t", partition=0, offset=0, value=b"", event=told)]
    for _ in range(2):
        async with database.transaction() as connection:
            await Linker(own_ids=own_ids, partitions=6).handle(connection, batch)
    async with database.transaction() as connection:
        rows = (await connection.execute(text("SELECT alias, customer, kind, type FROM link"))).all()
        facts = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    assert [tuple(row) for row in rows] == [(key.own_id("openid", "o"), customer, "openid", "identity.linked")]
    assert facts == 2


async def test_two_shops_with_namespaces_have_two_customers_42_and_services_facts_link_nothing(
    servers: Home, ingest: Ingest, settings: IngestSettings, database: Database
) -> None:
    since = await end_offsets(servers.bootstrap)
    own_ids = OwnIds(IdentityKey.load(servers.folder / "identity.key"))
    subjects: set[str] = set()
    for _ in range(2):
        namespace = f"n{len(subjects)}"
        name, key = await ingest.new_source(id_namespace=namespace)
        await ingest.client.post("/v1/events", json=seen(1, user_id="42"), headers=key)
        subjects |= {event["subject"] for event in await read_events(servers.bootstrap, name, since)}
    assert len(subjects) == 2
    ours = event(2, "c_" + "a" * 26, kind="identity.linked")
    ours = decode_event(encode_event(ours).replace(b'"source":"test"', b'"source":"guanxi.ingest"'))
    async with database.transaction() as connection:
        linker = Linker(own_ids=own_ids, partitions=6)
        await linker.handle(connection, [Received(topic="t", partition=0, offset=0, value=b"", event=ours)])
        assert (await connection.execute(text("SELECT count(*) FROM identity"))).scalar_one() == 0
