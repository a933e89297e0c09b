"""Does the whole system, as `guanxi up` starts it, stand there as http-api.md promises?"""

import httpx
import psutil
import pytest

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.ports import LOOPBACK, SERVICES, whose
from guanxi_cli.local.processes import running
from guanxi_cli.local.services import readiness_url, service_parts
from guanxi_cli.local.system import bring_up, parts


async def test_every_process_is_ready_and_up_again_keeps_them_all(system: Home) -> None:
    before = {part.name: running(system, part) for part in parts(system)}
    assert len(before) == 10
    assert None not in before.values()
    async with httpx.AsyncClient() as client:
        for part in service_parts(system):
            assert (await client.get(readiness_url(part))).status_code == 200, part.name
    lines: list[str] = []
    await bring_up(system, say=lines.append)
    assert {part.name: running(system, part) for part in parts(system)} == before
    told = {line.split()[0]: line.split()[2] for line in lines}
    assert told == {name: str(record.pid) for name, record in before.items() if record}


async def test_the_credentials_open_what_they_are_for(system: Home) -> None:
    credentials = read_credentials(system)
    assert list(credentials) == ["urls", "admin_key", "write_key", "source"]
    url = f"{credentials['urls']['ingest']}/v1/sources"
    async with httpx.AsyncClient() as client:
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, headers=bearer(credentials["write_key"]))).status_code == 403
        listed = await client.get(url, headers=bearer(credentials["admin_key"]))
    assert listed.status_code == 200
    assert credentials["source"] in {source["name"] for source in listed.json()["data"]}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_listens_on_loopback_alone(system: Home, service: str) -> None:
    for part in service_parts(system, [service]):
        record = running(system, part)
        assert record
        listening = [
            connection.laddr
            for connection in psutil.Process(record.pid).net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert {address.ip for address in listening} == {LOOPBACK}, whose(part.ports[0])
        assert {address.port for address in listening} == set(part.ports)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
