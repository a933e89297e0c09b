"""What would all live playbooks make of so many changes? Nothing is planned or sent."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.forecast import Change, Forecast, forecast
from engagement.usecases.deployment import Deployment


async def forecast_playbooks(
    connection: AsyncConnection, changes: Sequence[Change], *, cause: str, deployment: Deployment
) -> list[Forecast]:
    """One forecast a live playbook, those that would fire for most customers first."""
    current = await deployment.policies.current(connection)
    found = [forecast(playbook, changes, cause=cause) for playbook in current.playbooks.values()]
    return sorted(found, key=lambda one: (-one.customers, one.playbook.name))
