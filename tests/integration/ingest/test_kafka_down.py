"""With Kafka away, do events come in all the same, and reach the topic once it is back?"""

from sqlalchemy import text
from tests.integration.ingest.test_accepting import event
from tests.support.ingest import end_offsets, read_events, running_api, running_worker
from tests.support.waiting import until

from common.database import open_database
from guanxi_cli.local.home import Home
from ingest.settings import IngestSettings


async def waiting_rows(url: str) -> int:
    database = open_database(url, application="test", pool_size=1)
    async with database.transaction() as connection:
        rows = int((await connection.execute(text("SELECT count(*) FROM spool"))).scalar_one())
    await database.close()
    return rows


async def test_events_wait_in_the_spool_and_each_reaches_the_topic_once(
    servers: Home, settings: IngestSettings
) -> None:
    since = await end_offsets(servers.bootstrap)
    away = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    async with running_api(servers, away) as ingest:
        name, key = await ingest.new_source()
        for first in range(1, 301, 100):
            body = [event(number) for number in range(first, first + 100)]
            answer = await ingest.client.post("/v1/events", json=body, headers=key)
            assert (answer.status_code, answer.json()["accepted"]) == (200, 100)
        again = await ingest.client.post("/v1/events", json=event(7), headers=key)
        assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}
        found = await ingest.client.get(f"/v1/events/{name}/e-7", headers=key)
        assert (found.json()["spooled"], found.json()["offset"]) == (True, None)
        assert "kafka" in await ingest.app.state.health.degraded()
    assert await waiting_rows(settings.database_url) == 300

    async def drained() -> bool:
        return await waiting_rows(settings.database_url) == 0

    async with running_worker(settings, "spool"):
        await until(drained, what="the spool drained")
    ids = [event["id"] for event in await read_events(servers.bootstrap, name, since)]
    assert sorted(ids) == sorted(f"e-{number}" for number in range(1, 301))
