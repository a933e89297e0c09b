"""What would the image's processes talk to? Kafka, and PostgreSQL with passwords, set up by the Compose script."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
from tests.support.port_bases import claim_port_base

from guanxi_cli.local.account import unprivileged
from guanxi_cli.local.databases import owner_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.kafka import kafka_part, start_kafka
from guanxi_cli.local.ports import LOOPBACK, SERVICES
from guanxi_cli.local.postgres import SUPERUSER, admin_url, data_folder, postgres_part, start_postgres
from guanxi_cli.local.postgres_server import find_server
from guanxi_cli.local.processes import stop

COMPOSE: Final = Path(__file__).parents[3] / "deploy" / "compose"
ONLY_WITH_PASSWORD: Final = f"host all {SUPERUSER} {LOOPBACK}/32 trust\nhost all all {LOOPBACK}/32 scram-sha-256\n"


@asynccontextmanager
async def running_stores(folder: Path) -> AsyncIterator[Home]:
    """A server pair of its own, whose four databases only a right password opens; secrets lie in `secrets`."""
    home = Home(folder=folder / "home", port_base=claim_port_base())
    home.make()
    try:
        await asyncio.gather(start_postgres(home, durable=False), start_kafka(home))
        await _forget_databases(home)
        await _ask_for_passwords(home)
        make_secrets(folder)
        create_databases(home, folder / "secrets")
        yield home
    finally:
        for part in (kafka_part(home), postgres_part(home)):
            stop(home, part)


def make_secrets(folder: Path) -> None:
    """Run the Compose file's script in the folder."""
    script = folder / "make-secrets.sh"
    script.write_text((COMPOSE / "make-secrets.sh").read_text())
    subprocess.run(["sh", script], check=True, capture_output=True, timeout=60)


def create_databases(home: Home, secrets: Path) -> None:
    """Run the script that the postgres image runs on an empty volume."""
    environment = {
        "PATH": f"{find_server(unprivileged())}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": LOOPBACK,
        "PGPORT": str(home.port("postgres")),
        "PGUSER": SUPERUSER,
        "SECRETS_DIR": str(secrets),
    }
    subprocess.run([COMPOSE / "create-databases.sh"], env=environment, check=True, timeout=60)


async def _forget_databases(home: Home) -> None:
    """The local run's server comes with databases and roles without passwords; the image's comes empty."""
    connection = await asyncpg.connect(admin_url(home))
    try:
        for service in SERVICES:
            await connection.execute(f'DROP DATABASE "{service}" WITH (FORCE)')
            await connection.execute(f'DROP ROLE "{service}", "{owner_of(service)}"')
    finally:
        await connection.close()


async def _ask_for_passwords(home: Home) -> None:
    (data_folder(home, unprivileged()) / "pg_hba.conf").write_text(ONLY_WITH_PASSWORD)
    connection = await asyncpg.connect(admin_url(home))
    try:
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
