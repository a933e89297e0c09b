"""What may happen to a case, and was the first contact in time?"""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from feedback.domain.case import (
    Case,
    CaseNotRunning,
    CaseRunning,
    CaseState,
    Cause,
    Resolution,
    Severity,
    close,
    close_by_complaint,
    contact,
    number_of,
    reopen,
    run_out,
    settle,
)

OPENED = datetime(2026, 11, 24, 10, tzinfo=UTC)
DUE = OPENED + timedelta(hours=4)
CASE = Case(
    number=3,
    customer="c-1",
    about="general",
    cause=Cause.NPS,
    severity=Severity.NORMAL,
    touchpoint=None,
    owner="queue:general",
    state=CaseState.OPEN,
    round=1,
    opened_at=OPENED,
    clock_from=OPENED,
    contact_due_at=DUE,
)


def hour(number: float) -> datetime:
    return OPENED + timedelta(hours=number)


@pytest.mark.parametrize(("at", "within"), [(3.9, True), (4, True), (4.1, False)])
def test_a_contact_up_to_the_due_instant_is_in_time(at: float, within: bool) -> None:
    assert contact(CASE, hour(at)).within_clock is within


def test_the_earliest_contact_counts_whichever_is_told_first() -> None:
    assert contact(contact(CASE, hour(5)), hour(3)) == contact(contact(CASE, hour(3)), hour(5))


def test_a_contact_before_the_round_counts_for_nothing() -> None:
    assert contact(CASE, hour(-1)) == CASE


@pytest.mark.parametrize(("at", "late"), [(3.9, False), (4, True), (5, True)])
def test_the_clock_runs_out_once(at: float, late: bool) -> None:
    told = run_out(CASE, hour(at))
    assert (told.overdue_at is not None) is late
    assert run_out(told, hour(9)).overdue_at == (hour(at) if late else hour(9))


def test_after_a_contact_no_clock_runs_out() -> None:
    contacted = contact(CASE, hour(1))
    assert run_out(contacted, hour(9)) == contacted


def test_a_contact_after_the_due_instant_is_late_even_where_the_clock_is_looked_at_later() -> None:
    contacted = settle(contact(CASE, hour(5)), Resolution.RESOLVED, hour(6))
    assert run_out(contacted, hour(9)).overdue_at == hour(9)


def test_settling_an_open_case_is_its_first_contact() -> None:
    settled = settle(CASE, Resolution.RESOLVED, hour(2))
    assert (settled.contacted_at, settled.state) == (hour(2), CaseState.RESOLVED)


@pytest.mark.parametrize(("resolution", "kept"), [(Resolution.RESOLVED, True), (Resolution.CANNOT_RESOLVE, False)])
def test_closing_keeps_a_promise_where_staff_resolved_it(resolution: Resolution, kept: bool) -> None:
    closed = close(settle(CASE, resolution, hour(2)), hour(170))
    assert (closed.promise_kept, closed.resolution, closed.within_clock) == (kept, resolution, True)


@pytest.mark.parametrize(("resolved_at", "within"), [(-1, True), (3, True), (5, False)])
def test_a_complaint_resolved_elsewhere_keeps_no_promise_here(resolved_at: float, within: bool) -> None:
    closed = close_by_complaint(CASE, hour(6), resolved_at=hour(resolved_at))
    assert (closed.state, closed.promise_kept, closed.within_clock) == (CaseState.CLOSED, False, within)


def test_reopening_starts_a_round_with_a_clock_of_its_own() -> None:
    closed = close(settle(run_out(CASE, hour(5)), Resolution.RESOLVED, hour(6)), hour(170))
    again = reopen(closed, hour(200), contact_due_at=hour(204))
    assert (again.round, again.opened_at, again.contacted_at, again.overdue_at) == (2, OPENED, None, None)
    assert run_out(again, hour(204)).overdue_at == hour(204)


def reopened(case: Case, at: float) -> Case:
    return reopen(case, hour(at), contact_due_at=hour(at + 4))


def closed_in_time(case: Case, at: float) -> Case:
    return close(settle(case, Resolution.RESOLVED, hour(at)), hour(at + 168))


LATE: Final = run_out(CASE, hour(4))
KEPT: Final = closed_in_time(CASE, 2)


@pytest.mark.parametrize(
    ("case", "at", "is_first"),
    [
        (LATE, 4, True),
        (KEPT, 170, True),
        (closed_in_time(LATE, 5), 173, False),
        (closed_in_time(reopened(closed_in_time(LATE, 5), 200), 201), 369, False),
        (run_out(reopened(closed_in_time(LATE, 5), 200), hour(204)), 204, False),
        (run_out(reopened(KEPT, 200), hour(204)), 204, False),
        (closed_in_time(reopened(KEPT, 200), 201), 369, False),
        (run_out(reopened(settle(CASE, Resolution.RESOLVED, hour(2)), 20), hour(24)), 24, True),
        (close_by_complaint(CASE, hour(3), resolved_at=hour(3)), 3, True),
        (close_by_complaint(LATE, hour(5), resolved_at=hour(5)), 5, False),
    ],
)
def test_a_case_is_judged_once_whatever_its_later_rounds_bring(case: Case, at: float, is_first: bool) -> None:
    assert case.is_first_verdict(hour(at)) is is_first


def test_what_the_state_does_not_allow_is_refused() -> None:
    settled = settle(CASE, Resolution.RESOLVED, hour(2))
    with pytest.raises(CaseNotRunning):
        settle(settled, Resolution.RESOLVED, hour(3))
    with pytest.raises(CaseRunning):
        reopen(CASE, hour(3), contact_due_at=DUE)
    closed = close(settled, hour(170))
    assert contact(closed, hour(1)) == closed


@pytest.mark.parametrize(
    ("text", "number"), [("case_3", 3), ("case_0", None), ("case_", None), ("3", None), ("case_" + "9" * 19, None)]
)
def test_a_case_id_names_its_number(text: str, number: int | None) -> None:
    assert number_of(text) == number
