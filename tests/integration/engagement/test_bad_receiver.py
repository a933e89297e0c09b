"""Is every action delivered, and none twice where that matters, while the gateway misbehaves and workers are killed?"""

from pathlib import Path

from chaos.delivery import deliver_badly
from tests.support.databases import Databases


async def test_every_action_arrives_and_repeats_carry_the_same_id(database_url: Databases, tmp_path: Path) -> None:
    verdict = await deliver_badly(
        await database_url("engagement"), tmp_path, actions=400, kills=3, drops_repeats=True, seconds=120
    )
    assert verdict.wrong == []
    assert verdict.states == {"sent": 400}
    assert verdict.repeats > 0
    assert verdict.kills == 3


async def test_nothing_arrives_twice_where_the_receiver_cannot_drop_repeats(
    database_url: Databases, tmp_path: Path
) -> None:
    verdict = await deliver_badly(
        await database_url("engagement"), tmp_path, actions=400, kills=3, drops_repeats=False, seconds=120
    )
    assert verdict.wrong == []
    assert verdict.repeats == 0
    assert verdict.states["unknown"] > 0
