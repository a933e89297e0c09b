"""What is hoped for after a decision? The playbook's goal, from the first step's decision on, in both arms."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engagement.domain.goal import OpenGoal, window
from engagement.domain.occasion import Occasion
from engagement.domain.playbook import Playbook
from engagement.store.goals import add_goals


async def open_goals(
    connection: AsyncConnection, decided: Iterable[tuple[int, Occasion, Playbook]], *, now: datetime
) -> None:
    """`decided`: (id, occasion, playbook) of decisions to send or to hold out; later steps share the first's."""
    goals = []
    for id_, occasion, playbook in decided:
        if playbook.goal is not None and occasion.step == 0:
            from_at, until_at = window(now, playbook.goal.within)
            goals.append(
                OpenGoal(
                    occasion_id=id_,
                    customer=occasion.customer,
                    event=playbook.goal.event,
                    from_at=from_at,
                    until_at=until_at,
                )
            )
    await add_goals(connection, goals)
