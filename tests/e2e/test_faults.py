"""Is anything accepted lost or counted twice when a process, the broker or the database is killed under load?

Breaks the run's shared system, and mends it each time; its file stands behind the demo's, which counts every customer.
"""

import pytest
from chaos.kill import PARTS, kill_under_load

from guanxi_cli.local.home import Home

EVENTS = 3_000


@pytest.mark.parametrize("part", PARTS)
async def test_after_kill_9_and_guanxi_up_every_customer_is_as_the_oracle_says(system: Home, part: str) -> None:
    outcome = await kill_under_load(system, part, events=EVENTS)
    assert outcome.events == EVENTS
    assert outcome.wrong == []
