"""What does a run of deliveries start from? A gateway in the contact policy, reachable customers, decided actions."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from chaos.receiver import HOST, SECRET
from common.database import Database
from engagement.store.documents import add_document
from engagement.usecases.decide_occasions import decide_occasions
from engagement.usecases.deployment import Deployment

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAGE = 500

_ADDRESSES = text(
    """
    INSERT INTO address (customer, kind, value, told_at)
    SELECT CAST(:prefix AS text) || n, kind,
        CASE kind WHEN 'email' THEN CAST(:prefix AS text) || n || '@example.com' ELSE '+8613800000000' END, now()
    FROM generate_series(1, :customers) AS n, unnest(CAST(:kinds AS text[])) AS kind
    """
)
_OCCASIONS = text(
    """
    INSERT INTO occasion (playbook, version, step, customer, key, at, due_at, valid_until, decide_at, facts)
    SELECT 'delivery_check', 1, 0, CAST(:prefix AS text) || n, 'k', now(), now(), now() + interval '2 days', now(), '{}'
    FROM generate_series(1, :customers) AS n
    """
)


def gateway(port: int, **settings: Any) -> dict[str, Any]:
    """A channel's section: a gateway on loopback, tried again soon and often."""
    return {
        "adapter": "webhook",
        "url": f"http://{HOST}:{port}/care",
        "secret": "gateway",
        "allow_http": True,
        "allow_loopback": True,
        "timeout_seconds": 1,
        "retry_seconds": [0, *([1] * 40)],
        "retry_share": 1,
        "retries_per_second": 1000,
        "pause_seconds": [1, 2],
        **settings,
    }


async def set_channels(database: Database, folder: Path, channels: Mapping[str, Any]) -> None:
    """A contact policy with some channels and without quiet hours, and the gateway's secret."""
    (folder / "gateway").write_text(SECRET)
    policy = {
        "quiet_hours": {"from": "00:00", "to": "00:00"},
        "caps": [{"code": "cap_research_14d", "purposes": ["research"], "max": 1, "days": 14}],
        "channels": dict(channels),
    }
    async with database.transaction() as connection:
        await add_document(connection, kind="contact", name="contact", written=json.dumps(policy), author="chaos")


async def decide_actions(database: Database, customers: int, *, kinds: list[str], prefix: str = "customer-") -> int:
    """Let the arbiter decide an action for each of so many customers; how many were decided."""
    told = {"customers": customers, "prefix": prefix}
    async with database.transaction() as connection:
        await connection.execute(_ADDRESSES, told | {"kinds": kinds})
        await connection.execute(_OCCASIONS, told)
    deployment, decided = Deployment(zone=SHANGHAI, partitions=6), 0
    while True:
        async with database.transaction() as connection:
            now = datetime.now(UTC)
            page = await decide_occasions(connection, deployment=deployment, limit=PAGE, now=now)
        if not page:
            return decided
        decided += page
