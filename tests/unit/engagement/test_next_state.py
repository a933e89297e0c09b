"""What becomes of an action after a try?"""

from datetime import timedelta

import pytest

from engagement.domain.delivery import Accepted, AwaitingStaff, Outcome, Rejected, Retry, Unknown
from engagement.domain.next_state import Next, after_try
from engagement.domain.retry_schedule import SCHEDULE


def after(outcome: Outcome, *, tries: int = 1, dropped: bool = True, following: str | None = None) -> Next:
    return after_try(
        outcome, schedule=SCHEDULE, channel_tries=tries, repeats_are_dropped=dropped, next_channel=following, draw=0.5
    )


def test_what_was_accepted_is_sent() -> None:
    told = after(Accepted(id="m-1"))
    assert (told.outcome, told.state, told.accepted_id) == ("accepted", "sent", "m-1")


def test_what_staff_must_send_waits_for_them() -> None:
    assert after(AwaitingStaff(detail="Hello")).state == "awaiting_staff"


def test_a_rejection_goes_to_the_next_channel_at_once_and_ends_on_the_last() -> None:
    told = after(Rejected(detail="HTTP 400"), following="sms")
    assert (told.state, told.next_channel, told.wait) == ("waiting", "sms", timedelta())
    told = after(Rejected(detail="HTTP 400"))
    assert (told.state, told.reason) == ("failed", "rejected")


@pytest.mark.parametrize("outcome", [Retry(detail="HTTP 429"), Unknown(detail="HTTP 500")])
def test_where_repeats_are_dropped_it_is_tried_again(outcome: Outcome) -> None:
    told = after(outcome, tries=2, following="sms")
    assert (told.state, told.wait, told.next_channel) == ("waiting", timedelta(seconds=150), None)


def test_an_outcome_that_nobody_knows_stays_unknown_where_repeats_are_not_dropped() -> None:
    told = after(Unknown(detail="HTTP 500"), dropped=False, following="sms")
    assert (told.state, told.reason, told.wait, told.next_channel) == ("unknown", "outcome_unknown", None, None)


def test_what_was_certainly_not_taken_is_tried_again_everywhere() -> None:
    assert after(Retry(detail="not connected"), dropped=False).state == "waiting"


def test_after_the_last_try_it_has_failed() -> None:
    told = after(Retry(detail="HTTP 429"), tries=10)
    assert (told.state, told.reason) == ("failed", "tries_exhausted")
