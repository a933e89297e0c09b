"""Does `guanxi status` tell a healthy part from a degraded one, and what is not well?"""

from guanxi_cli.local.health import state_of


def test_a_part_that_lists_nothing_as_degraded_is_ready() -> None:
    assert state_of({"status": "ready", "degraded": {}}) == "ready"


def test_a_degraded_part_says_what_is_not_well() -> None:
    told = {"status": "degraded", "degraded": {"kafka": "events go to the spool"}}
    assert state_of(told) == "degraded; kafka: events go to the spool"
