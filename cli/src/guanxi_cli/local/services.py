"""What are the four services on this machine: their processes, their environment and their migrations?"""

import os
import sys
from collections.abc import Iterable

from guanxi_cli.local.databases import owner_of
from guanxi_cli.local.home import Home
from guanxi_cli.local.ports import LOOPBACK, SERVICES
from guanxi_cli.local.processes import Part
from guanxi_cli.local.run import run
from guanxi_cli.local.shipped import shipped

ROLES = ("api", "worker")
MIGRATE_SECONDS = 120


def service_parts(home: Home, services: Iterable[str] = SERVICES) -> list[Part]:
    return [_part(home, service, role) for service in services for role in ROLES]


def readiness_url(part: Part) -> str:
    """Every service process answers on its management port, its last one."""
    return f"http://{LOOPBACK}:{part.ports[-1]}/readyz"


async def migrate(home: Home, service: str, database: str | None = None) -> None:
    """Bring the service's database (its own, unless told otherwise) to this code's version, as its owner."""
    url = home.database_url(owner_of(service), database or service)
    output = await run(
        [sys.executable, "-m", service, "migrate"],
        what=f"migrating {service}",
        seconds=MIGRATE_SECONDS,
        environment={**os.environ, **environment(home, service), "GUANXI_DATABASE_URL": url},
    )
    home.log(f"{service}-migrate").write_text(output)


def environment(home: Home, service: str) -> dict[str, str]:
    """What every process of the service is told."""
    told = {
        "PYTHONUNBUFFERED": "1",
        "GUANXI_DATABASE_URL": home.database_url(service, service),
        "GUANXI_KAFKA_BOOTSTRAP": home.bootstrap,
        "GUANXI_ZONE": os.environ.get("GUANXI_ZONE", "Asia/Shanghai"),
        "GUANXI_BASE_CURRENCY": os.environ.get("GUANXI_BASE_CURRENCY", "GBP"),  # the sample's
        "GUANXI_IDENTITY_KEY_FILE": str(home.folder / "identity.key"),
        "GUANXI_KEYS_FILE": str(home.folder / "keys.yaml"),
        "GUANXI_POLICIES_DIR": os.environ.get("GUANXI_POLICIES_DIR") or str(shipped("policies")),
        "GUANXI_PUBLIC_URL": home.url(service),
        "GUANXI_HOST": LOOPBACK,
        "GUANXI_PORT": str(home.port(service)),
    }
    if service == "engagement":
        told["GUANXI_OUTBOX_DIR"] = str(home.folder / "outbox")
        told["GUANXI_SECRETS_DIR"] = str(home.folder / "secrets")
    if service == "ingest":
        told["GUANXI_SCORING_URL"] = home.url("scoring")
        told["GUANXI_SCORING_KEY_FILE"] = str(home.folder / "scoring.key")
    if service == "feedback":
        told["GUANXI_SURVEY_KEY_FILE"] = str(home.folder / "survey.key")
        told["GUANXI_TEXT_KEY_FILE"] = str(home.folder / "text.key")
    return told


def _part(home: Home, service: str, role: str) -> Part:
    management = home.port(f"{service}-{role}-management")
    return Part(
        name=f"{service}-{role}",
        command=[sys.executable, "-m", service, role],
        ports=[home.port(service), management] if role == "api" else [management],
        environment={**environment(home, service), "GUANXI_MANAGEMENT_PORT": str(management)},
    )
