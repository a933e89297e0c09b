"""How does a what-if begin? With the rules of both sides named, so that every page compares the same."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.store.bodies import count_bodies
from scoring.usecases.ask_job import ask_job
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_stored_policy import read_stored_policy

WHAT_IF: Final = "what_if"

_COUNTED: Final = ("types", "when", "also", "beside")


async def ask_what_if(
    connection: AsyncConnection,
    version: str,
    *,
    thresholds: str | Mapping[str, Any] | None,
    as_of: date,
    movers: int,
    asked_by: str,
    deployment: Deployment,
) -> UUID:
    """The queued run's id. Raises PolicyUnknown, PolicyOutdated, ThresholdsUnknown, PolicyInvalid, TooManyJobs."""
    draft = await choose_rules(connection, policy=version, thresholds=thresholds, deployment=deployment)
    live = await deployment.rules.in_force(connection)
    stored = [await read_stored_policy(connection, name) for name in (live.policy.version, version)]
    params = {
        "as_of": as_of.isoformat(),
        "live": live.versions,
        "draft": {"policy": version, "thresholds": thresholds or draft.thresholds.version},
        "movers": movers,
        "notes": _notes(stored[0].body["kinds"], stored[1].body["kinds"]),
    }
    return await ask_job(connection, WHAT_IF, params, total=await count_bodies(connection), asked_by=asked_by)


def _notes(live: Mapping[str, Any], draft: Mapping[str, Any]) -> list[str]:
    """What the comparison cannot see: recorded events were counted as their kinds when they came."""
    names = sorted(name for name in live.keys() | draft.keys() if _ways(live, name) != _ways(draft, name))
    if not names:
        return []
    differs = f"Which events count as {', '.join(names)} differs"
    return [f"{differs}: from publication on, and for older events after a rebuild. These figures do not show it."]


def _ways(kinds: Mapping[str, Any], name: str) -> dict[str, Any]:
    entry = kinds.get(name) or {}
    return {key: entry[key] for key in _COUNTED if key in entry}
