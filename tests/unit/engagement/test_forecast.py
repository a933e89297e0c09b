"""Which playbooks answer so many changes of relationships, with how many actions at most?"""

from pathlib import Path

import pytest

from engagement.domain.forecast import Change, WhyNot, forecast
from engagement.domain.playbook import ActionKind, Playbook
from engagement.domain.playbook_reading import read_playbook

SHIPPED = Path("policies/playbooks")
WIN_BACK = (SHIPPED / "win_back_high_value.yaml").read_text("utf-8")
KEY_ACCOUNT = (SHIPPED / "key_account_care.yaml").read_text("utf-8")

MOVES = [
    Change(dimension="status", before="active", after="dormant", customers=40),
    Change(dimension="status", before="dormant", after="active", customers=7),
    Change(dimension="status", before="dormant", after="lost", customers=2),
    Change(dimension="churn_band", before="low", after="high", customers=5),
    Change(dimension="churn_band", before="high", after="low", customers=11),
    Change(dimension="churn_band", before=None, after="high", customers=13),
    Change(dimension="health", before=61, after=49, customers=3),
    Change(dimension="health", before=49, after=20, customers=17),
    Change(dimension="health", before=50, after=49, customers=1),
    Change(dimension="health", before=None, after=12, customers=19),
    Change(dimension="key_account", before=False, after=True, customers=23),
]


def playbook(text: str, *changes: tuple[str, str]) -> Playbook:
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return read_playbook(text, "test")


@pytest.mark.parametrize(
    ("text", "cause", "customers", "actions", "why_not"),
    [
        (WIN_BACK, "time", 42, {ActionKind.MESSAGE: 42, ActionKind.TASK: 42}, None),
        (WIN_BACK, "event", 42, {ActionKind.MESSAGE: 42, ActionKind.TASK: 42}, None),
        (WIN_BACK, "policy", 0, {}, WhyNot.OTHER_CAUSES),
        (KEY_ACCOUNT, "event", 9, {ActionKind.TASK: 9}, None),
        (KEY_ACCOUNT, "policy", 0, {}, WhyNot.OTHER_CAUSES),
        ((SHIPPED / "birthday.yaml").read_text("utf-8"), "policy", 0, {}, WhyNot.OTHER_TRIGGERS),
    ],
)
def test_a_shipped_playbook_answers_the_changes_of_its_causes(
    text: str, cause: str, customers: int, actions: dict[ActionKind, int], why_not: WhyNot | None
) -> None:
    found = forecast(playbook(text), MOVES, cause=cause)
    assert (found.customers, found.actions, found.why_not) == (customers, actions, why_not)


def test_a_playbook_that_says_so_answers_a_policy() -> None:
    says_so = playbook(WIN_BACK, ("causes: [event, time]", "causes: [policy]"))
    assert forecast(says_so, MOVES, cause="policy").customers == 42
    assert forecast(says_so, MOVES, cause="time").why_not is WhyNot.OTHER_CAUSES


def test_a_playbook_without_such_a_change_or_switched_off_stays_still() -> None:
    assert forecast(playbook(WIN_BACK), MOVES[3:], cause="time").why_not is WhyNot.NO_SUCH_CHANGE
    off = playbook(WIN_BACK, ("purpose: marketing", "enabled: false\npurpose: marketing"))
    assert forecast(off, MOVES, cause="time").why_not is WhyNot.SWITCHED_OFF


def test_a_change_that_two_triggers_answer_counts_once() -> None:
    trigger = "{transition: {dimension: status, to: [dormant]}}, {transition: {dimension: status, from: [active]}}"
    both = playbook(
        WIN_BACK, ("{transition: {dimension: status, to: [dormant, lost], causes: [event, time]}}", f"[{trigger}]")
    )
    assert forecast(both, MOVES, cause="time").customers == 40


def test_a_flag_moves_between_true_and_false() -> None:
    trigger = "{transition: {dimension: key_account, to: [true]}}"
    flagged = playbook(
        WIN_BACK, ("{transition: {dimension: status, to: [dormant, lost], causes: [event, time]}}", trigger)
    )
    assert forecast(flagged, MOVES, cause="time").customers == 23
