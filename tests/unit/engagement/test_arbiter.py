"""Does the arbiter ask its eleven checks in their order, and does the first that answers win?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.arbiter import DAY, NOON, contact, earlier, occasion, playbook, rules, standing, step, task

from engagement.domain.arbiter import Decision, decide, recheck, review
from engagement.domain.capacity import Load
from engagement.domain.condition import Compare, Comparison, Not
from engagement.domain.holdout import Arm
from engagement.domain.occasion import Occasion
from engagement.domain.once_per import Earlier
from engagement.domain.playbook import (
    Calendar,
    CalendarEvent,
    Case,
    CaseEvent,
    OncePer,
    Per,
    Playbook,
    Purpose,
    Tone,
)
from engagement.domain.quiet_hours import QuietHours
from engagement.domain.reachability import Channel
from engagement.domain.reasons import Answer, Reason
from engagement.domain.validity import Kin

CARE, MARKETING, RESEARCH, SERVICE = Purpose.CARE, Purpose.MARKETING, Purpose.RESEARCH, Purpose.SERVICE
EVENING = datetime(2026, 11, 20, 13, tzinfo=UTC)
"""21:00 in Shanghai."""
MORNING = datetime(2026, 11, 21, 1, tzinfo=UTC)
"""09:00 the next day."""


def say(
    rule: Playbook | None = None,
    about: Occasion | None = None,
    now: datetime = NOON,
    *,
    contact_yaml: dict[str, Any] | None = None,
    arm: str | None = None,
    **customer: Any,
) -> Decision:
    return decide(
        about or occasion(), rule or playbook(), standing(**customer), rules(**contact_yaml or {}), now, arm=arm
    )


def skip(reason: Reason) -> tuple[Answer, Reason]:
    return Answer.SKIP, reason


def told(decision: Decision) -> tuple[Answer, Reason | None]:
    return decision.answer, decision.reason


def test_what_nothing_speaks_against_is_sent_by_the_first_channel() -> None:
    assert say() == Decision(answer=Answer.SEND, channel="wecom", template="hello")


FAILING: dict[Reason, dict[str, Any]] = {
    Reason.SUPPRESSED: {"barred": True},
    Reason.STOPPED: {"heard": {"order.completed": NOON + timedelta(seconds=1)}},
    Reason.ALREADY_DONE: {"earlier": {1: earlier()}},
    Reason.NO_CONSENT: {"consented": frozenset()},
    Reason.UNREACHABLE: {"addresses": frozenset()},
    Reason.OPEN_CASE: {"open_case": True},
    Reason.COOL_DOWN: {"heard": {"complaint.made": NOON}},
    Reason.CAP_DAY: {"used": [contact()]},
}
"""What makes each check answer, in the order of the checks."""


@pytest.mark.parametrize("first", range(len(FAILING)))
def test_of_all_the_checks_that_would_answer_the_first_one_wins(first: int) -> None:
    rule = playbook(stop_on=("order.completed",), once_per=OncePer(days=180))
    failing = list(FAILING.items())[first:]
    customer: dict[str, Any] = {}
    for _, changes in reversed(failing):
        heard = {**customer.get("heard", {}), **changes.get("heard", {})}
        customer |= changes | ({"heard": heard} if heard else {})
    assert told(say(rule, now=EVENING, **customer)) == skip(failing[0][0])


def test_an_expired_occasion_is_skipped_whatever_else_holds() -> None:
    over = occasion(valid_until=NOON)
    assert told(say(about=over, now=NOON)) == (Answer.SEND, None)
    assert told(say(about=over, now=NOON + timedelta(seconds=1))) == skip(Reason.EXPIRED)
    assert told(say(about=over, now=NOON + timedelta(seconds=1), barred=True)) == skip(Reason.SUPPRESSED)


@pytest.mark.parametrize(
    ("seconds", "own", "stopped"),
    [(-1, None, False), (0, None, True), (1, None, True), (0, "order.completed", False), (1, "order.completed", True)],
)
def test_an_event_at_or_after_the_occasion_stops_it_unless_it_is_its_own(
    seconds: int, own: str | None, stopped: bool
) -> None:
    about = occasion(facts={"event": {"type": own}})
    heard = {"order.completed": NOON + timedelta(seconds=seconds)}
    decision = say(playbook(stop_on=("order.completed",)), about, heard=heard)
    assert (decision.reason is Reason.STOPPED) == stopped


def test_unless_stops_its_own_step_only() -> None:
    rule = playbook(MARKETING, step(0), step(1, unless=("order.completed",)))
    heard = {"order.completed": NOON + DAY / 2}
    assert say(rule, occasion(step=0), heard=heard).reason is None
    assert say(rule, occasion(step=1), heard=heard).reason is Reason.STOPPED


def test_a_playbook_that_was_switched_off_stops_what_waits() -> None:
    assert told(say(playbook(enabled=False))) == skip(Reason.STOPPED)


@pytest.mark.parametrize(
    ("kin", "superseded"),
    [
        ({}, True),
        ({"priority": 49}, False),
        ({"priority": 50}, True),  # equal, but due earlier
        ({"priority": 50, "due_at": NOON + DAY}, False),
        ({"family": "greetings"}, False),
        ({"playbook": "hello"}, False),
        ({"valid_until": NOON}, True),
        ({"valid_until": NOON - timedelta(seconds=1)}, False),
    ],
)
def test_a_higher_action_of_the_same_family_supersedes(kin: dict[str, Any], superseded: bool) -> None:
    other = Kin(occasion=1, playbook="other", family="f", priority=60, due_at=NOON - DAY, valid_until=NOON + DAY)
    decision = say(playbook(family="f"), kin=[replace(other, **kin)])
    assert (decision.reason is Reason.SUPERSEDED) == superseded


@pytest.mark.parametrize(
    ("once_per", "other", "done"),
    [
        (OncePer(days=180), earlier(days=-179), True),
        (OncePer(days=180), earlier(days=-180), False),
        (OncePer(days=180), earlier(days=179), True),
        (OncePer(days=180), earlier(days=-1, answer=Answer.HOLD_OUT), True),
        (OncePer(days=180), earlier(days=-1, answer=Answer.SKIP), False),
        (OncePer(days=180), earlier(days=-1, answer=None), False),
        (OncePer(days=180), earlier(days=-1, freed=True), False),
        (OncePer(days=180), earlier(days=-1, playbook="other"), False),
        (OncePer(days=180), earlier(days=-1, step=1), False),
        (OncePer(per=Per.YEAR), earlier(days=-323), True),  # 1 January
        (OncePer(per=Per.YEAR), earlier(days=-324), False),  # 31 December
        (OncePer(per=Per.EVER), earlier(days=-4000), True),
        (OncePer(per=Per.OCCASION), earlier(days=-1), False),
        (OncePer(per=Per.OCCASION), earlier(days=0, key="k"), True),
        (OncePer(per=Per.OCCASION), earlier(id_=8, days=0, key="k", answer=None), True),
        (OncePer(per=Per.OCCASION), earlier(id_=10, days=0, key="k", answer=None), False),
        (OncePer(per=Per.OCCASION), earlier(id_=10, days=0, key="k"), True),
        (OncePer(per=Per.OCCASION), earlier(days=0, key="k", freed=True), False),
    ],
)
def test_once_per_at_its_boundaries(once_per: OncePer, other: Earlier, done: bool) -> None:
    decision = say(playbook(once_per=once_per), earlier={other.occasion: other})
    assert (decision.reason is Reason.ALREADY_DONE) == done


def test_a_later_step_keeps_no_period_of_its_own_but_is_done_with_its_first() -> None:
    rule = playbook(MARKETING, step(0), step(1), once_per=OncePer(days=180))
    first = earlier(key="k")
    assert say(rule, occasion(step=1), earlier={1: first}).reason is None
    covered = replace(first, answer=Answer.SKIP, reason=Reason.ALREADY_DONE)
    assert say(rule, occasion(step=1), earlier={1: covered}).reason is Reason.ALREADY_DONE


@pytest.mark.parametrize(
    ("consented", "addresses", "channel", "reason"),
    [
        ({"wecom", "sms", "email"}, {"wecom", "phone", "email"}, "wecom", None),
        ({"sms", "email"}, {"wecom", "phone", "email"}, "sms", None),
        ({"wecom", "email"}, {"phone", "email"}, "email", None),
        ({"wecom"}, {"phone", "email"}, None, Reason.UNREACHABLE),
        ({"sms"}, {"wecom", "email"}, None, Reason.NO_CONSENT),
        (set(), {"wecom"}, None, Reason.NO_CONSENT),
    ],
)
def test_the_first_channel_with_consent_and_address_is_chosen_else_the_first_ones_reason(
    consented: set[str], addresses: set[str], channel: str | None, reason: Reason | None
) -> None:
    decision = say(consented={(MARKETING, one) for one in consented}, addresses=addresses)
    assert (decision.channel, decision.reason) == (channel, reason)


def test_consent_for_one_purpose_is_none_for_another() -> None:
    assert say(playbook(CARE), consented={(MARKETING, "wecom")}).reason is Reason.NO_CONSENT


def test_service_needs_no_consent_but_an_address() -> None:
    assert say(playbook(SERVICE), consented=set()).channel == "wecom"
    assert say(playbook(SERVICE), consented=set(), addresses=set()).reason is Reason.UNREACHABLE


def test_who_refuses_profiling_gets_the_neutral_variant_or_nothing() -> None:
    assert say(playbook(neutral_template="plain"), profiling_refused=True).template == "plain"
    assert say(profiling_refused=True).reason is Reason.PROFILING_REFUSED
    assert say(playbook(SERVICE), profiling_refused=True).template == "hello"


@pytest.mark.parametrize(
    ("channels", "channel", "reason"),
    [
        ({"sms": {"adapter": "file"}}, "sms", None),
        ({"wecom": {"adapter": "file", "enabled": False}, "sms": {"adapter": "file"}}, "sms", None),
        ({}, None, Reason.CHANNEL_OFF),
        ({"wecom": {"adapter": "file", "enabled": False}}, None, Reason.CHANNEL_OFF),
        ({"wecom": {"adapter": "file", "needs_credit": True}}, None, Reason.NO_CREDIT),
    ],
)
def test_a_channel_must_be_on_and_have_permissions_left(
    channels: dict[str, dict[str, Any]], channel: str | None, reason: Reason | None
) -> None:
    known = {name: Channel(name=name, **told) for name, told in channels.items()}
    decision = say(contact_yaml={"channels": known})
    assert (decision.channel, decision.reason) == (channel, reason)


def test_a_call_needs_phone_consent_and_a_number_unless_it_is_service() -> None:
    rule = playbook(CARE, task("call"))
    assert say(rule).channel == "phone"
    assert say(rule, consented={(CARE, "sms")}).reason is Reason.NO_CONSENT
    assert say(rule, addresses={"email"}).reason is Reason.UNREACHABLE
    assert say(playbook(SERVICE, task("call")), consented=set()).channel == "phone"
    assert told(say(playbook(SERVICE, task("call")), consented=set(), addresses={"email"})) == (Answer.SEND, None)


def test_a_visit_needs_the_purpose_on_any_channel_and_a_reply_needs_nothing() -> None:
    assert told(say(playbook(CARE, task("visit")), consented={(CARE, "sms")}, addresses=set())) == (Answer.SEND, None)
    assert say(playbook(CARE, task("visit")), consented={(MARKETING, "sms")}).reason is Reason.NO_CONSENT
    assert told(say(playbook(CARE, task("reply")), consented=set(), addresses=set())) == (Answer.SEND, None)


@pytest.mark.parametrize(
    ("purpose", "tone", "reason"),
    [
        (MARKETING, Tone.PLAIN, Reason.OPEN_CASE),
        (RESEARCH, Tone.PLAIN, Reason.OPEN_CASE),
        (CARE, Tone.CHEERFUL, Reason.OPEN_CASE),
        (CARE, Tone.PLAIN, None),
        (SERVICE, Tone.PLAIN, None),
    ],
)
def test_an_open_case_blocks_marketing_research_and_cheer(purpose: Purpose, tone: Tone, reason: Reason | None) -> None:
    assert say(playbook(purpose, tone=tone), open_case=True).reason is reason


def test_a_playbook_that_asks_for_no_open_case_itself_names_the_case_as_the_reason() -> None:
    no_case = Not(part=Compare(fact="open_case", comparison=Comparison.EQUALS, values=(True,)))
    assert say(playbook(conditions=no_case), open_case=True).reason is Reason.OPEN_CASE
    assert say(playbook(CARE, conditions=no_case), open_case=True).reason is Reason.NOT_FOR
    assert say(playbook(conditions=no_case)).answer is Answer.SEND


def test_what_serves_the_case_is_excepted() -> None:
    recovery = playbook(RESEARCH, when=(Case(what=CaseEvent.OPENED),))
    about = occasion(facts={"case_id": "case_3"})
    assert say(recovery, about, open_case=True, heard={"complaint.made": NOON}).reason is None


@pytest.mark.parametrize("what", ["complaint.made", "detractor"])
@pytest.mark.parametrize(
    ("hours", "purpose", "blocked"),
    [(0, MARKETING, True), (71.99, RESEARCH, True), (72, MARKETING, False), (1, CARE, False), (1, SERVICE, False)],
)
def test_seventy_two_hours_after_anger(what: str, hours: float, purpose: Purpose, blocked: bool) -> None:
    decision = say(playbook(purpose), heard={what: NOON - timedelta(hours=hours)})
    assert (decision.reason is Reason.COOL_DOWN) == blocked


def test_the_control_arm_is_held_out_and_reserves_nothing() -> None:
    everybody = playbook(holdout=1.0)
    held = say(everybody)
    assert (held.answer, held.arm, held.experiment) == (Answer.HOLD_OUT, Arm.CONTROL, "hello:1")
    assert say(everybody, used=[contact()]).answer is Answer.HOLD_OUT
    assert say(everybody, now=EVENING).answer is Answer.HOLD_OUT
    assert say(everybody, consented=set()).arm is None


def test_an_arm_once_given_stands() -> None:
    everybody = playbook(holdout=1.0)
    assert say(everybody, arm=Arm.TREATED).answer is Answer.SEND
    stored = earlier(days=-400, experiment="hello:1", arm=Arm.TREATED)
    assert say(everybody, earlier={1: stored}).arm == Arm.TREATED
    later = earlier(id_=2, days=-300, experiment="hello:1", arm=Arm.CONTROL)
    assert say(playbook(holdout=0.5), earlier={1: stored, 2: later}).arm == Arm.TREATED
    assert say(playbook(holdout=1.0, epoch=2), earlier={1: stored}).arm == Arm.CONTROL


def test_the_arm_is_told_with_every_answer_after_it_was_given() -> None:
    rule = playbook(holdout=0.0001)
    assert (say(rule, used=[contact()]).arm, say(rule, now=EVENING).arm) == (Arm.TREATED, Arm.TREATED)
    skipped = say(rule, arm=Arm.TREATED, consented=set())
    assert (skipped.reason, skipped.arm, skipped.experiment) == (Reason.NO_CONSENT, Arm.TREATED, "hello:1")


def test_service_is_never_held_out_and_the_global_control_gets_no_marketing() -> None:
    assert say(playbook(SERVICE, holdout=1.0)).answer is Answer.SEND
    everybody = {"global_control": 1.0}
    held = say(contact_yaml=everybody)
    assert (held.answer, held.experiment) == (Answer.HOLD_OUT, "global:2026q4")
    assert say(playbook(CARE), contact_yaml=everybody).answer is Answer.SEND


def test_a_channel_without_room_leaves_the_next_one() -> None:
    assert say(used=[contact(days=-1, channel="wecom")]).channel == "sms"


def test_when_no_channel_has_room_the_first_ones_reason_is_told() -> None:
    rule = playbook(MARKETING, step(channels=("wecom", "sms")))
    full = [contact(days=-1, channel="sms")]
    assert say(rule, used=full, consented={(MARKETING, "sms")}).reason is Reason.NO_CONSENT
    assert say(rule, used=full, consented={(MARKETING, "sms"), (MARKETING, "wecom")}).channel == "wecom"
    assert say(playbook(MARKETING, step(channels=("sms",))), used=full).reason is Reason.CAP_CHANNEL_7D


def test_where_several_channels_refuse_the_detail_tells_of_each() -> None:
    rule = playbook(MARKETING, step(channels=("wecom", "sms")))
    full = say(rule, used=[contact()], addresses={"phone"})
    assert (full.reason, full.detail) == (Reason.UNREACHABLE, "wecom: unreachable, sms: cap_day")
    closed = say(rule, addresses=set(), consented={(MARKETING, "wecom")})
    assert closed.detail == "wecom: unreachable, sms: no_consent"


def test_reminders_and_exempt_invitations_pass_the_research_cap() -> None:
    asked = playbook(RESEARCH)
    before = [contact(RESEARCH, -3)]
    assert say(asked, used=before).reason is Reason.CAP_RESEARCH_14D
    for flag in ("reminder", "throttle_exempt"):
        assert say(asked, occasion(facts={"data": {flag: True}}), used=before).answer is Answer.SEND


def test_a_birthday_to_come_keeps_its_day_and_itself_passes_the_care_cap() -> None:
    birthday = playbook(CARE, when=(Calendar(event=CalendarEvent.BIRTHDAY),))
    in_two_days = (NOON + 2 * DAY).date()
    assert say(playbook(CARE), birthdays=[(77, in_two_days)]).reason is Reason.CAP_CARE_3D
    assert say(birthday, birthdays=[(9, NOON.date())], used=[contact(CARE, -1)]).answer is Answer.SEND
    assert say(birthday, used=[contact(CARE)]).reason is Reason.CAP_DAY


@pytest.mark.parametrize(
    ("now", "until"), [(EVENING - timedelta(seconds=1), None), (EVENING, MORNING), (MORNING, None)]
)
def test_quiet_hours_defer_to_their_end(now: datetime, until: datetime | None) -> None:
    decision = say(now=now)
    assert (decision.answer is Answer.DEFER, decision.until) == (until is not None, until)
    assert decision.reason is (until and Reason.QUIET_HOURS)


def test_the_customers_own_zone_says_what_is_quiet() -> None:
    new_york = ZoneInfo("America/New_York")
    assert say(now=NOON, zone=new_york).until == datetime(2026, 11, 20, 14, tzinfo=UTC)


def test_service_keeps_quiet_hours_unless_it_is_for_safety() -> None:
    assert say(playbook(SERVICE), now=EVENING).reason is Reason.QUIET_HOURS
    assert say(playbook(SERVICE, safety=True), now=EVENING).answer is Answer.SEND


def test_what_would_wait_beyond_its_validity_is_skipped_as_expired() -> None:
    assert told(say(about=occasion(valid_until=MORNING), now=EVENING)) == (Answer.DEFER, Reason.QUIET_HOURS)
    over = occasion(valid_until=MORNING - timedelta(seconds=1))
    assert told(say(about=over, now=EVENING)) == skip(Reason.EXPIRED)


QINGMING = datetime(2026, 4, 5, 4, tzinfo=UTC)


def on(instant: datetime, **changes: Any) -> Occasion:
    return occasion(at=instant, due_at=instant, valid_until=instant + 2 * DAY, **changes)


def test_cheerful_care_waits_for_the_end_of_a_mourning_day_and_of_the_night_after_it() -> None:
    rule = playbook(CARE, tone=Tone.CHEERFUL)
    decision = say(rule, on(QINGMING), QINGMING)
    assert (decision.reason, decision.until) == (Reason.MOURNING_DAY, datetime(2026, 4, 6, 1, tzinfo=UTC))
    assert say(rule, on(QINGMING - DAY), QINGMING - DAY).answer is Answer.SEND
    assert say(rule, on(QINGMING + DAY), QINGMING + DAY).answer is Answer.SEND
    assert say(playbook(CARE), on(QINGMING), QINGMING).answer is Answer.SEND


def test_cheerful_dated_care_is_never_sent_belatedly() -> None:
    rule = playbook(CARE, tone=Tone.CHEERFUL, dated=True)
    assert told(say(rule, on(QINGMING), QINGMING)) == skip(Reason.MOURNING_DAY)


def test_the_night_before_a_mourning_day_defers_beyond_both() -> None:
    night = QINGMING - DAY + timedelta(hours=10)
    decision = say(playbook(CARE, tone=Tone.CHEERFUL), on(night), night)
    assert (decision.reason, decision.until) == (Reason.QUIET_HOURS, datetime(2026, 4, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 20, 9, 59, tzinfo=UTC), None),  # Friday 17:59
        (datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),  # 18:00, until Monday
        (datetime(2026, 11, 21, 4, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),  # Saturday
        (datetime(2026, 11, 23, 1, tzinfo=UTC), None),
    ],
)
def test_tasks_keep_the_hours_of_staff_and_no_quiet_hours(now: datetime, until: datetime | None) -> None:
    about = on(now, facts={})
    decision = say(playbook(SERVICE, task("call")), replace(about, valid_until=now + 5 * DAY), now)
    assert (decision.until, decision.reason) == (until, until and Reason.OFF_HOURS)


def test_a_full_day_defers_to_the_next_one() -> None:
    full = replace(rules(channels={"wecom": Channel(name="wecom", adapter="file", daily_volume=2)}), load=Load())
    full.load.messages["wecom"] = 1
    assert decide(occasion(), playbook(), standing(), full, NOON).answer is Answer.SEND
    full.load.messages["wecom"] = 2
    decision = decide(occasion(), playbook(), standing(), full, NOON)
    assert (decision.reason, decision.until) == (Reason.CAPACITY, datetime(2026, 11, 20, 16, tzinfo=UTC))
    assert decide(occasion(), playbook(SERVICE), standing(), full, NOON).answer is Answer.SEND


def test_full_staff_defers_a_task_but_no_service() -> None:
    full = replace(rules(task_capacity={"visit": 1}), load=Load())
    full.load.tasks["visit"] = 1
    assert decide(occasion(), playbook(CARE, task("visit")), standing(), full, NOON).reason is Reason.CAPACITY
    assert decide(occasion(), playbook(SERVICE, task("visit")), standing(), full, NOON).answer is Answer.SEND


def test_at_send_time_everything_is_asked_again_but_once_per_holdout_and_capacity() -> None:
    rule = playbook(holdout=1.0, once_per=OncePer(days=9), stop_on=("order.completed",))
    known: dict[str, Any] = {"earlier": {1: earlier()}}

    def again(now: datetime = NOON, channels: tuple[str, ...] = ("sms", "wecom"), **customer: Any) -> Decision:
        return recheck(occasion(), rule, standing(**known | customer), rules(), now, channels=channels)

    assert again().channel == "sms"
    assert again(consented={(MARKETING, "wecom")}).channel == "wecom"
    assert again(consented=set()).reason is Reason.NO_CONSENT
    assert again(heard={"order.completed": NOON}).reason is Reason.STOPPED
    assert again(open_case=True).reason is Reason.OPEN_CASE
    assert again(used=[contact()]).reason is Reason.CAP_DAY
    assert again(used=[contact(id_=9)]).answer is Answer.SEND
    assert again(EVENING).until == MORNING
    assert again(NOON + 3 * DAY).reason is Reason.EXPIRED
    assert again(channels=()).reason is Reason.REJECTED


def test_of_an_action_and_its_duplicate_the_one_that_went_out_or_has_the_smaller_id_stays() -> None:
    def again(**other: Any) -> Reason | None:
        twin = earlier(days=0, key="k", **other)
        return review(
            occasion(), playbook(), standing(earlier={twin.occasion: twin}), rules(), NOON, channels=("sms",)
        ).reason

    assert again(id_=8) is Reason.ALREADY_DONE
    assert again(id_=10) is None
    assert again(id_=10, gone_out=True) is Reason.ALREADY_DONE
    assert again(id_=8, freed=True) is None


def test_no_quiet_hours_at_all_by_policy() -> None:
    never = {"quiet_hours": QuietHours(from_=time(9), to=time(9))}
    assert say(now=EVENING, contact_yaml=never).answer is Answer.SEND
