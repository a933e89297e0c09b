"""What may be sent to whom, from what they said and since when they are one customer?"""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.consent import (
    ALL_CHANNELS,
    CONTACT_CHANNELS,
    ConsentState,
    Statement,
    consent_state,
    effective_consents,
)

MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)
GRANTED, WITHDRAWN, ABSENT = ConsentState.GRANTED, ConsentState.WITHDRAWN, ConsentState.ABSENT


def said(
    day: int, granted: bool, channel: str = "email", *, alias_since: int | None = None, purpose: str = "marketing"
) -> Statement:
    """What the customer (or, with `alias_since`, its alias) said on a day after Monday."""
    return Statement(
        subject="customer" if alias_since is None else f"alias-{alias_since}",
        purpose=purpose,
        channel=channel,
        granted=granted,
        told_at=MONDAY + timedelta(days=day),
        linked_at=None if alias_since is None else MONDAY + timedelta(days=alias_since),
    )


CASES = [
    ("nothing was said", [], ABSENT),
    ("a grant for the channel", [said(0, True)], GRANTED),
    ("a grant for every channel", [said(0, True, "*")], GRANTED),
    ("a grant for another channel", [said(0, True, "sms")], ABSENT),
    ("a grant for another purpose", [said(0, True, purpose="care")], ABSENT),
    ("a withdrawal after the grant", [said(0, True), said(1, False, "*")], WITHDRAWN),
    ("a grant after the withdrawal", [said(0, False, "*"), said(1, True)], GRANTED),
    ("a grant for all after a withdrawal of one", [said(0, False), said(1, True, "*")], GRANTED),
    ("both at one instant", [said(0, True, "*"), said(0, False)], WITHDRAWN),
    ("an alias had withdrawn before", [said(1, True), said(0, False, alias_since=2)], WITHDRAWN),
    ("an alias had granted", [said(1, True, "sms"), said(0, True, alias_since=2)], GRANTED),
    ("the customer had withdrawn before", [said(0, False), said(1, True, alias_since=2)], WITHDRAWN),
    ("a grant at the instant of the link", [said(2, True), said(0, False, alias_since=2)], WITHDRAWN),
    ("a grant after the link", [said(3, True), said(0, False, alias_since=2)], GRANTED),
    ("a grant after the link, an older withdrawal", [said(3, True), said(4, False, alias_since=2)], WITHDRAWN),
    (
        "a grant after one link and before another alias came that had withdrawn",
        [said(3, True), said(0, False, alias_since=2), said(1, False, alias_since=4)],
        WITHDRAWN,
    ),
    (
        "a grant before a silent alias came",
        [said(3, True), said(0, False, alias_since=2), said(1, True, "sms", alias_since=4)],
        GRANTED,
    ),
]


@pytest.mark.parametrize(("statements", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_marketing_by_email_is_as_the_page_says(statements: list[Statement], expected: ConsentState) -> None:
    for order in permutations(statements):
        assert consent_state(order, purpose="marketing", channel="email") is expected


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([], True),
        ([said(0, True, "*", purpose="profiling")], True),
        ([said(0, False, "*", purpose="profiling")], False),
        ([said(0, False, "web", purpose="profiling")], False),
        ([said(0, False, "web", purpose="profiling"), said(1, True, "*", purpose="profiling")], True),
        ([said(0, False, "*", purpose="marketing")], True),
    ],
)
def test_profiling_is_allowed_until_it_is_withdrawn(statements: list[Statement], allowed: bool) -> None:
    answer = effective_consents(statements)[-1]
    assert (answer.purpose, answer.channel, answer.allowed) == ("profiling", "*", allowed)


def test_without_a_word_nothing_but_profiling_is_allowed() -> None:
    assert [answer.purpose for answer in effective_consents([]) if answer.allowed] == ["profiling"]
    assert len(effective_consents([])) == 3 * len(CONTACT_CHANNELS) + 1


SAID = st.builds(
    said,
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from(["email", "sms", ALL_CHANNELS]),
    alias_since=st.sampled_from([None, 1, 3]),
)


@given(st.lists(SAID, max_size=6))
def test_a_union_allows_nothing_that_no_member_granted_and_nothing_that_the_last_word_refuses(
    statements: list[Statement],
) -> None:
    state = consent_state(statements, purpose="marketing", channel="email")
    heard = [one for one in statements if one.channel != "sms"]
    assert (state is ABSENT) == (not heard)
    if state is GRANTED:
        last = max(heard, key=lambda one: (one.told_at, not one.granted))
        assert last.granted


@given(st.lists(SAID, max_size=6))
def test_a_later_grant_of_a_linked_customer_always_counts(statements: list[Statement]) -> None:
    assert consent_state([*statements, said(9, True)], purpose="marketing", channel="email") is GRANTED
