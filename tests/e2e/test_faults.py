"""Is anything accepted lost or counted twice when a process, the broker or the database is killed under load?"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chaos.kill import PARTS, kill_under_load
from tests.support.homes import own_home

from guanxi_cli.local.home import Home
from guanxi_cli.local.system import bring_up

EVENTS = 3_000


@pytest_asyncio.fixture(scope="module")
async def system_to_hurt() -> AsyncIterator[Home]:
    async with own_home() as home:
        await bring_up(home, say=lambda _: None)
        yield home


@pytest.mark.parametrize("part", PARTS)
async def test_after_kill_9_and_guanxi_up_every_customer_is_as_the_oracle_says(system_to_hurt: Home, part: str) -> None:
    outcome = await kill_under_load(system_to_hurt, part, events=EVENTS)
    assert outcome.events == EVENTS
    assert outcome.wrong == []
