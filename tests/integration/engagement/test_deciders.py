"""Do consent, caps and quiet hours hold when many decide, send and change their minds at once? The small trial."""

from datetime import timedelta

import pytest
from chaos.deciders_oracle import Sent, Statement, violations
from chaos.deciders_trial import attempt
from chaos.deciders_world import BEGIN, people
from tests.support.databases import Databases

NOON = BEGIN.replace(hour=4)
"""12:00 in Shanghai, where the first of the people lives."""


@pytest.mark.timeout(200)
async def test_eight_deciders_violate_nothing(database_url: Databases) -> None:
    url = await database_url("engagement")
    trial = await attempt(url, customers=40, decisions=1000, deciders=8, each_step=60)
    assert violations(trial.everybody, trial.statements, trial.messages) == []
    assert trial.made >= 1000
    assert sum(one.sent for one in trial.messages) > 50
    assert trial.statements


def said(seq: int, granted: bool, id_: str = "c-00000") -> Statement:
    at = NOON + timedelta(microseconds=seq)
    return Statement(seq=seq, id=id_, purpose="marketing", channel="*", granted=granted, at=at)


def sent(seq: int, hours: int = 0, purpose: str = "marketing", channel: str = "sms") -> Sent:
    at = NOON + timedelta(hours=hours)
    return Sent(seq=seq, action=seq, id="c-00000", purpose=purpose, channel=channel, at=at, sent=True)


def test_the_oracle_sees_each_kind_of_violation() -> None:
    """An oracle that says yes to everything would prove nothing."""
    first = people(1)
    assert violations(first, [said(0, True)], [sent(1)]) == []
    assert violations(first, [], [sent(1)]) != []
    assert violations(first, [said(0, True), said(2, False)], [sent(1)]) == []
    assert violations(first, [said(0, True), said(1, False)], [sent(2)]) != []
    assert violations(first, [said(0, True), said(1, False, "a-00000")], [sent(2)]) != []
    assert violations(first, [said(0, True)], [sent(1, hours=9)]) != []
    assert violations(first, [said(0, True)], [sent(1), sent(2)]) != []
    assert violations(first, [said(0, True)], [sent(1), sent(2, hours=6 * 24)]) != []
    assert violations(first, [said(0, True)], [sent(1), sent(2, hours=7 * 24)]) == []
    assert violations(first, [said(0, True)], [sent(1), sent(1, hours=30 * 24)]) != []
