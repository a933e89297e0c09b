"""Is a part that runs also ready, and if not, what does it say?"""

from collections.abc import Mapping
from typing import Any

import httpx

from guanxi_cli.local import kafka, postgres
from guanxi_cli.local.home import Home
from guanxi_cli.local.processes import Part
from guanxi_cli.local.services import readiness_url

PROBE_SECONDS = 3.0
READY = "ready"
NOT_READY = "not ready"


async def health_of(home: Home, part: Part, client: httpx.AsyncClient) -> str:
    """READY, or what is not well."""
    if part.name == "postgres":
        return READY if await postgres.answers(postgres.admin_url(home)) else NOT_READY
    if part.name == "kafka":
        return READY if await kafka.answers(home) else NOT_READY
    try:
        answer = await client.get(readiness_url(part))
        return state_of(answer.json()) if answer.is_success else f"{NOT_READY}: {answer.json()['status']}"
    except httpx.TransportError:
        return f"{NOT_READY}: no answer"


def state_of(told: Mapping[str, Any]) -> str:
    """What /readyz says, with what is not well."""
    return str(told["status"]) + "".join(f"; {name}: {why}" for name, why in told.get("degraded", {}).items())
