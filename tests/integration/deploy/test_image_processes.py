"""Does what the image would run start, become ready and stop cleanly, with the environment of the Compose file?"""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.deploy.image import ROOT, Image, Started, build_image
from tests.integration.deploy.stores import create_databases, running_stores
from tests.support.waiting import until

from common.database import open_database
from guanxi_cli.local.databases import owner_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.ports import LOOPBACK, SERVICES
from guanxi_cli.local.postgres import admin_url

MIGRATE_SECONDS: Final = 60.0
READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 45.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Below the system's own temporary folder: pytest's is closed to the user that runs PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="guanxi-image-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def image(folder: Path) -> Image:
    return build_image(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stores(folder: Path) -> AsyncIterator[Home]:
    async with running_stores(folder) as home:
        yield home


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, str]]:
    """What the Compose file tells each of its processes."""
    compose = Path(sys.executable).with_name("docker-compose")
    finished = subprocess.run(
        [compose, "config", "--format", "json"],
        cwd=ROOT,
        env={"HOME": "/nonexistent"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    services = json.loads(finished.stdout)["services"]
    return {name: part.get("environment") or {} for name, part in services.items()}


def environment(told: dict[str, dict[str, str]], name: str, folder: Path, home: Home) -> dict[str, str]:
    """The same, with this machine's places for those inside a container."""
    here = {
        "postgres:5432": f"{LOOPBACK}:{home.port('postgres')}",
        "kafka:9092": home.bootstrap,
        "/run/secrets": str(folder / "secrets"),
        "/etc/guanxi/policies": str(folder / "policies"),
    }
    values = dict(told[name])
    for there, place in here.items():
        values = {setting: value.replace(there, place) for setting, value in values.items()}
    values["GUANXI_HOST"] = LOOPBACK
    if not name.endswith("-migrate"):
        values["GUANXI_PORT"] = str(home.port(name.split("-")[0]))
        values["GUANXI_MANAGEMENT_PORT"] = str(home.port(f"{name}-management"))
    return values


async def is_ready(started: Started, port: int) -> bool:
    assert started.process.poll() is None, f"exit code {started.process.returncode}:\n{started.said}"
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            answer = await client.get(f"http://{LOOPBACK}:{port}/readyz")
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json()["status"] == "ready"  # degraded is another word


@pytest.mark.parametrize("service", SERVICES)
async def test_every_entry_point_says_what_it_can_do(image: Image, service: str) -> None:
    started = image.start(service, "--help", {})
    assert await started.end(seconds=30.0) == 0, started.said
    assert all(command in started.said for command in ("api", "worker", "migrate", "dead-letters"))


@pytest.mark.parametrize("service", SERVICES)
async def test_without_settings_it_names_what_is_missing(image: Image, service: str) -> None:
    started = image.start(service, "api", {})
    assert await started.end(seconds=30.0) == 2, started.said
    assert "GUANXI_DATABASE_URL" in started.said


@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_opens_its_own_database_only_and_only_with_its_password(
    stores: Home, folder: Path, service: str
) -> None:
    create_databases(stores, folder / "secrets")  # once more: it changes nothing
    for role in (service, owner_of(service)):
        password = (folder / "secrets" / f"{role}_password").read_text()
        connection = await asyncpg.connect(stores.database_url(role, service), password=password)
        may_create = await connection.fetchval("SELECT has_schema_privilege('public', 'CREATE')")
        await connection.close()
        assert may_create is (role == owner_of(service))
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(stores.database_url(role, service), password="wrong")
        for other in set(SERVICES) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(stores.database_url(role, other), password=password)


async def test_a_rotated_password_needs_no_restart(stores: Home, folder: Path, tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.write_bytes((folder / "secrets" / "feedback_password").read_bytes())
    database = open_database(
        f"{stores.database_url('feedback', 'feedback')}?password_file={password_file}", application="rotation"
    )
    administrator = await asyncpg.connect(admin_url(stores))
    try:
        for password in (password_file.read_text(), "another"):
            await administrator.execute(f"ALTER ROLE feedback PASSWORD '{password}'")
            password_file.write_text(f"{password}\n")
            await database.engine.dispose()
            async with database.transaction() as connection:
                assert (await connection.execute(text("SELECT current_user"))).scalar_one() == "feedback"
    finally:
        create_databases(stores, folder / "secrets")
        await administrator.close()
        await database.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_migrate_then_api_and_worker_become_ready_and_stop(
    image: Image, stores: Home, folder: Path, told: dict[str, dict[str, str]], service: str
) -> None:
    migrating = image.start(service, "migrate", environment(told, f"{service}-migrate", folder, stores))
    assert await migrating.end(seconds=MIGRATE_SECONDS) == 0, migrating.said

    running: list[Started] = []
    try:
        for command in ("api", "worker"):
            name = f"{service}-{command}"
            running.append(image.start(service, command, environment(told, name, folder, stores)))
            ready = partial(is_ready, running[-1], stores.port(f"{name}-management"))
            await until(ready, seconds=READY_SECONDS, what=f"{name} ready")
        for started in running:
            started.process.send_signal(signal.SIGTERM)
        for started in running:
            assert await started.end(seconds=STOP_SECONDS) == 0, started.said
    finally:
        for started in running:
            started.process.kill()
