"""By which channels may and can we reach a customer?"""

import pytest
from tests.unit.scoring.build import at, event
from tests.unit.scoring.portraits import RULES, past_of

from scoring.domain.portrait.consent import ConsentState, consent_state, profiling_refused, statements
from scoring.domain.portrait.contactability import Contactability, contactability
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.replay import Interaction

RULE = RULES.contactability


def consent(type_: str, day: int, *, subject: str = "", purpose: str = "care", channel: str = "*") -> Interaction:
    told = event(f"consent.{type_}", day, consent={"purpose": purpose, "channel": channel})
    return Interaction(type=told.type, data=told.data, time=told.time, source=told.source, id=told.id, subject=subject)


def told(*events: Interaction, day: int = 0) -> Contactability:
    found = contactability(past_of(*events, day=day), RULE)
    assert isinstance(found, Contactability)
    return found


EMAIL = event("app.opened", 0, identifiers={"email": "ann@example.com"})
PHONE = event("app.opened", 0, identifiers={"phone": "+8613800000000"})


def test_of_somebody_without_any_channel_nothing_is_known() -> None:
    assert contactability(past_of(event("page.viewed", 0)), RULE) is Unknown.NO_EVENTS


@pytest.mark.parametrize(
    ("events", "score"),
    [
        ([EMAIL, consent("granted", 0), event("message.sent", 0, channel="email")], 100.0),
        ([EMAIL, consent("granted", 0)], 30.0),
        ([EMAIL], 15.0),
        ([EMAIL, consent("withdrawn", 0)], 0.0),
        ([EMAIL, PHONE], 38.5875),  # 1 - .85 x .85 x .85: email, phone and sms
    ],
    ids=["fresh", "allowed", "known", "withdrawn", "three ways"],
)
def test_a_channel_counts_by_consent_and_last_contact(events: list[Interaction], score: float) -> None:
    assert told(*events).score == score


@pytest.mark.parametrize(
    ("joined", "left", "channel"),
    [
        ("account.followed", "account.unfollowed", "wechat"),
        ("contact.added", "contact.removed", "wecom"),
        ("community.joined", "community.left", "community"),
    ],
)
def test_who_leaves_a_channel_is_no_longer_reached_by_it(joined: str, left: str, channel: str) -> None:
    open_ = told(event(joined, 0))
    assert [(one.channel, one.is_reachable) for one in open_.channels] == [(channel, True)]
    gone = told(event(joined, 0), event(left, 1), day=1)
    assert [(one.channel, one.is_reachable, one.score) for one in gone.channels] == [(channel, False, 0.0)]
    back = told(event(joined, 0), event(left, 1), event(joined, 2), day=2)
    assert back.channels[0].is_reachable


def test_an_identifier_does_not_open_what_the_customer_closed() -> None:
    events = [
        event("contact.added", 0),
        event("contact.removed", 1),
        event("page.viewed", 2, identifiers={"wecom": "w"}),
    ]
    assert not told(*events, day=2).channels[0].is_reachable


def test_a_withdrawal_of_an_alias_beats_a_grant_made_before_the_link() -> None:
    events = [consent("withdrawn", 0, subject="c_alias"), consent("granted", 1, subject="c_ann")]
    linked = {"c_alias": at(2)}
    past = past_of(*events, day=3, links=linked)
    assert consent_state(statements(past), linked, purpose="care", channel="email") is ConsentState.WITHDRAWN
    later = past_of(*events, consent("granted", 3, subject="c_ann"), day=3, links=linked)
    assert consent_state(statements(later), linked, purpose="care", channel="email") is ConsentState.GRANTED


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        ([], False),
        ([consent("withdrawn", 0, purpose="profiling")], True),
        ([consent("withdrawn", 0, purpose="profiling", channel="email")], True),
        ([consent("withdrawn", 0, purpose="profiling"), consent("granted", 1, purpose="profiling")], False),
        ([consent("withdrawn", 0, purpose="marketing")], False),
    ],
    ids=["silent", "withdrawn", "by one channel", "granted again", "another purpose"],
)
def test_profiling_is_allowed_until_it_is_withdrawn(events: list[Interaction], refused: bool) -> None:
    assert profiling_refused(past_of(*events, day=2)) is refused
