"""How long do our customers wait for an answer? 互动双向性, 回复时长

Source: checklist.md, two-way interaction. A turn begins with the customer's first message (message.received,
complaint.made, suggestion.made, ticket.opened) since our last answer (message.sent or care.sent that is personal,
call.made that was answered, ticket.resolved, complaint.resolved, meeting.held) and ends with our next one; over 180 d.
Median of the answered ones; in time: answered within 24 h; waiting: unanswered until the end of the as-of day.
Ratio = customer's personal contacts / ours in the window. Example: asked 10:00 and 11:00, answered 16:00: 6 h.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import median
from typing import Annotated, Final

from scoring.domain.policy.read_rule import OneOrMore, Positive
from scoring.domain.portrait.past import Deed, Past, micro, names, within
from scoring.domain.portrait.unknown import Unknown
from scoring.domain.state.days import date_of

ASKED: Final = ("message.received", "complaint.made", "suggestion.made", "ticket.opened")
ANSWERED: Final = (
    "message.sent",
    "care.sent",
    "call.made",
    "ticket.resolved",
    "complaint.resolved",
    "meeting.held",
    "return_visit.done",
)
MICROSECONDS_AN_HOUR: Final = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRule:
    window_days: OneOrMore
    in_time_hours: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLatency:
    """Hours; `waiting_since` null: nobody waits. `inbound_outbound_ratio`: personal contacts of theirs over ours."""

    median_hours: Annotated[float | None, Unknown.TOO_FEW]
    in_time_share: Annotated[float | None, Unknown.TOO_FEW]
    waiting_since: datetime | None
    inbound: int
    outbound: int
    inbound_outbound_ratio: Annotated[float | None, Unknown.NO_OUTBOUND]
    n: int
    events: tuple[str, ...]


def reply_latency(past: Past, rule: ReplyRule) -> ReplyLatency | Unknown:
    """The turns of the window; NO_EVENTS when the customer never wrote and we never did."""
    deeds = within(past.of(*ASKED, *ANSWERED), rule.window_days)
    turns: list[tuple[Deed, Deed]] = []
    open_: Deed | None = None
    for deed in deeds:
        if deed.type in ASKED:
            open_ = open_ or deed
        elif open_ is not None and _is_answer(deed):
            turns.append((open_, deed))
            open_ = None
    inbound = within(past.of_kinds("inbound_msg", "meeting", "staff_visit"), rule.window_days)
    outbound = within(past.of_kinds("outbound_msg", "meeting", "staff_visit"), rule.window_days)
    if not turns and open_ is None and not inbound and not outbound:
        return Unknown.NO_EVENTS
    hours = [(answer.time_us - asked.time_us) / MICROSECONDS_AN_HOUR for asked, answer in turns]
    told = [deed for turn in turns for deed in turn] + ([] if open_ is None else [open_])
    return ReplyLatency(
        median_hours=micro(float(median(hours))) if hours else None,
        in_time_share=micro(sum(each <= rule.in_time_hours for each in hours) / len(hours)) if hours else None,
        waiting_since=None if open_ is None else open_.at,
        inbound=len(inbound),
        outbound=len(outbound),
        inbound_outbound_ratio=micro(len(inbound) / len(outbound)) if outbound else None,
        n=len(turns),
        events=names(told or [*inbound, *outbound]),
    )


def waits_too_long(past: Past, replies: ReplyLatency | Unknown, rule: ReplyRule, zone: tzinfo) -> bool:
    """Whether somebody waits longer than the limit at the end of the as-of day."""
    if isinstance(replies, Unknown) or replies.waiting_since is None:
        return False
    late = replies.waiting_since + timedelta(hours=rule.in_time_hours)
    return late.astimezone(zone).date() <= date_of(past.as_of)


def _is_answer(deed: Deed) -> bool:
    if deed.type in ("message.sent", "care.sent"):
        return deed.data.get("personal") is True
    return deed.type != "call.made" or deed.data.get("answered") is True
