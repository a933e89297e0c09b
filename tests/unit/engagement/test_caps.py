"""How much contact is too much? Each cap at its boundary days, who counts and who does not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.caps import BIRTHDAY, INVITED_AGAIN, Contact, left_by, refused_by
from engagement.domain.contact_policy import CAPS
from engagement.domain.playbook import ActionKind, Purpose
from engagement.domain.reasons import Reason

TODAY = date(2026, 11, 20)
CARE, MARKETING, RESEARCH, SERVICE = Purpose.CARE, Purpose.MARKETING, Purpose.RESEARCH, Purpose.SERVICE


def contact(
    purpose: Purpose,
    days: int = 0,
    *,
    channel: str | None = "email",
    kind: ActionKind = ActionKind.MESSAGE,
    task_kind: str | None = None,
    occasion: int | None = 1,
) -> Contact:
    on = TODAY + timedelta(days=days)
    return Contact(occasion=occasion, purpose=purpose, kind=kind, channel=channel, on=on, task_kind=task_kind)


def asked(purpose: Purpose, channel: str | None = "email") -> Contact:
    return contact(purpose, channel=channel, occasion=99)


def refused(
    one: Contact,
    *used: Contact,
    reserved: tuple[int, ...] = (),
    exempt: frozenset[Reason] = frozenset(),
) -> Reason | None:
    return refused_by(
        one,
        caps=CAPS,
        service_per_day=3,
        used=used,
        reserved=[TODAY + timedelta(days=days) for days in reserved],
        reserve_days=3,
        exempt=exempt,
    )


@pytest.mark.parametrize("purpose", [CARE, MARKETING, RESEARCH])
@pytest.mark.parametrize("other", [CARE, MARKETING, RESEARCH])
def test_one_contact_a_day_whatever_its_purpose(purpose: Purpose, other: Purpose) -> None:
    assert refused(asked(purpose), contact(other)) is Reason.CAP_DAY


@pytest.mark.parametrize(
    ("purpose", "used", "reason"),
    [
        # marketing: two in seven days, on different channels
        (MARKETING, [(-6, "sms"), (-1, "wecom")], Reason.CAP_MARKETING_7D),
        (MARKETING, [(-7, "sms"), (-1, "wecom")], None),
        (MARKETING, [(6, "sms"), (-6, "wecom")], Reason.CAP_MARKETING_7D),
        (MARKETING, [(7, "sms"), (-6, "wecom")], None),
        # six in thirty days
        (MARKETING, [(days, "sms") for days in (-29, -25, -21, -17, -13, -9)], Reason.CAP_MARKETING_30D),
        (MARKETING, [(days, "sms") for days in (-30, -25, -21, -17, -13, -9)], None),
        # one in seven days on the same channel
        (MARKETING, [(-6, "email")], Reason.CAP_CHANNEL_7D),
        (MARKETING, [(-7, "email")], None),
        (MARKETING, [(-6, "sms")], None),
        # care: one in three days
        (CARE, [(-2, "sms")], Reason.CAP_CARE_3D),
        (CARE, [(-3, "sms")], None),
        (CARE, [(2, "sms")], Reason.CAP_CARE_3D),
        (CARE, [(3, "sms")], None),
        # research: one in fourteen days
        (RESEARCH, [(-13, "sms")], Reason.CAP_RESEARCH_14D),
        (RESEARCH, [(-14, "sms")], None),
    ],
)  # fmt: skip
def test_each_window_at_its_boundary_days(purpose: Purpose, used: list[tuple[int, str]], reason: Reason | None) -> None:
    assert refused(asked(purpose), *(contact(purpose, days, channel=channel) for days, channel in used)) is reason


@pytest.mark.parametrize("purpose", [CARE, RESEARCH])
def test_a_window_counts_its_own_purpose_only(purpose: Purpose) -> None:
    assert refused(asked(MARKETING), contact(purpose, -1), contact(purpose, -2)) is None


def test_the_law_of_a_channel_counts_all_purposes_on_it() -> None:
    wecom = [contact((CARE, RESEARCH, MARKETING)[number % 3], -number, channel="wecom") for number in range(1, 7)]
    assert refused(asked(RESEARCH, "wecom"), *wecom[:1], *wecom[2:4]) is Reason.CAP_RESEARCH_14D
    four = [contact(CARE, days, channel="wechat") for days in (-29, -20, -11, -4)]
    assert refused(asked(CARE, "wechat"), *four) is Reason.CAP_CHANNEL_LAW
    assert refused(asked(CARE, "wechat"), *four[1:]) is None
    assert refused(asked(CARE, "email"), *four) is None


def test_an_action_never_counts_itself() -> None:
    assert refused(asked(MARKETING), contact(MARKETING, occasion=99)) is None


def test_service_counts_for_nothing_and_passes_the_others_caps() -> None:
    assert refused(asked(CARE), contact(SERVICE), contact(SERVICE)) is None
    assert refused(asked(SERVICE), contact(CARE), contact(MARKETING)) is None


def test_no_more_than_three_service_messages_a_day() -> None:
    two = [contact(SERVICE, occasion=number) for number in (1, 2)]
    assert refused(asked(SERVICE), *two) is None
    assert refused(asked(SERVICE), *two, contact(SERVICE, occasion=3)) is Reason.CAP_DAY
    assert refused(asked(SERVICE), *two, contact(SERVICE, -1, occasion=3)) is None


def test_a_service_task_is_no_service_message() -> None:
    three = [contact(SERVICE, occasion=number) for number in (1, 2, 3)]
    call = contact(SERVICE, kind=ActionKind.TASK, task_kind="call", occasion=99)
    assert refused(call, *three) is None
    assert refused(asked(SERVICE), *three[:2], call) is None


@pytest.mark.parametrize("task_kind", ["call", "visit", "return_visit", "gift"])
def test_tasks_that_are_contacts_count_and_are_capped(task_kind: str) -> None:
    task = contact(CARE, kind=ActionKind.TASK, task_kind=task_kind, channel=None)
    assert refused(asked(CARE), task) is Reason.CAP_DAY
    assert refused(contact(CARE, kind=ActionKind.TASK, task_kind=task_kind, channel=None, occasion=2), contact(CARE))


@pytest.mark.parametrize("task_kind", ["reply", "advice", "review_meeting"])
def test_other_tasks_neither_count_nor_are_capped(task_kind: str) -> None:
    task = contact(CARE, kind=ActionKind.TASK, task_kind=task_kind, channel=None)
    assert refused(asked(CARE), task) is None
    assert refused(contact(CARE, kind=ActionKind.TASK, task_kind=task_kind, occasion=2), contact(CARE)) is None


@pytest.mark.parametrize(
    ("days", "reason"),
    [(0, Reason.CAP_DAY), (1, Reason.CAP_CARE_3D), (2, Reason.CAP_CARE_3D), (3, None), (4, None), (-1, None)],
)
def test_a_birthday_keeps_its_day_free_of_other_care(days: int, reason: Reason | None) -> None:
    assert refused(asked(CARE), reserved=(days,)) is reason


def test_a_birthday_keeps_its_day_free_of_marketing_only_on_the_day() -> None:
    assert refused(asked(MARKETING), reserved=(0,)) is Reason.CAP_DAY
    assert refused(asked(MARKETING), reserved=(1,)) is None


def test_a_birthday_is_exempt_from_the_three_days_of_care_but_not_from_the_day() -> None:
    assert refused(asked(CARE), contact(CARE, -1), exempt=BIRTHDAY) is None
    assert refused(asked(CARE), contact(CARE), exempt=BIRTHDAY) is Reason.CAP_DAY


def test_a_reminder_is_exempt_from_the_fourteen_days_of_research() -> None:
    assert refused(asked(RESEARCH), contact(RESEARCH, -5), exempt=INVITED_AGAIN) is None
    assert refused(asked(RESEARCH), contact(RESEARCH), exempt=INVITED_AGAIN) is Reason.CAP_DAY


def test_what_is_left_is_the_smallest_room_of_all_caps() -> None:
    assert left_by(asked(MARKETING), caps=CAPS, used=[]) == 1
    assert left_by(asked(MARKETING), caps=CAPS, used=[contact(MARKETING)]) == 0
    assert left_by(asked(MARKETING, "sms"), caps=CAPS, used=[contact(MARKETING, -1)]) == 1


CONTACTS = st.builds(
    Contact,
    occasion=st.integers(1, 50),
    purpose=st.sampled_from(Purpose),
    kind=st.sampled_from([ActionKind.MESSAGE, ActionKind.SURVEY_REQUEST]),
    channel=st.sampled_from(["email", "sms", "wecom"]),
    on=st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days)),
)


@given(used=st.lists(CONTACTS, max_size=12), more=CONTACTS, purpose=st.sampled_from([CARE, MARKETING, RESEARCH]))
def test_more_contact_never_makes_room(used: list[Contact], more: Contact, purpose: Purpose) -> None:
    if refused(asked(purpose), *used) is not None:
        assert refused(asked(purpose), *used, more) is not None


@given(days=st.lists(st.integers(0, 60), min_size=1, max_size=60), channels=st.data())
def test_whatever_is_asked_no_window_ever_holds_more_than_its_cap(days: list[int], channels: st.DataObject) -> None:
    sent: list[Contact] = []
    for number, offset in enumerate(sorted(days)):
        channel = channels.draw(st.sampled_from(["email", "sms"]))
        one = contact(MARKETING, offset, channel=channel, occasion=number)
        if refused(one, *sent) is None:
            sent.append(one)
    for first in range(61):
        begins = TODAY + timedelta(days=first)
        week = [one for one in sent if 0 <= (one.on - begins).days < 7]
        assert len(week) <= 2
        assert sum(0 <= (one.on - begins).days < 30 for one in sent) <= 6
        assert all(sum(one.channel == channel for one in week) <= 1 for channel in ("email", "sms"))
