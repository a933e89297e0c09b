"""What can happen to a customer? Random stories for property tests, dense enough that the guards and ties matter."""

from datetime import timedelta

from hypothesis import strategies as st
from tests.unit.scoring.build import at, rating

from scoring.domain.state.replay import Interaction

LAST_DAY = 430
PLAIN = [
    "page.viewed",
    "app.opened",
    "message.opened",
    "message.clicked",
    "content.shared",
    "suggestion.made",
    "event.attended",
    "event.registered",
    "community.joined",
    "community.posted",
    "account.followed",
    "cart.updated",
    "coupon.redeemed",
    "charity.joined",
    "meeting.held",
    "payment.failed",
    "referral.made",
    "complaint.made",
    "complaint.resolved",
    "promise.kept",
    "points.earned",
    "somebodys.own_type",
    "care.sent",
]
# Days cluster at the ends and around the guard and window limits, where rules change their mind.
days = st.one_of(
    st.integers(0, LAST_DAY),
    st.integers(LAST_DAY - 45, LAST_DAY),
    st.sampled_from([0, 20, 34, 35, 36, 64, 65, 66, 220, 249, 250, 251, 280, LAST_DAY - 30, LAST_DAY - 29]),
)
_counter = iter(range(1 << 60))


def _made(type_: str, day: int, second: int, source: str, **data: object) -> Interaction:
    return Interaction(type=type_, data=data, time=at(day, second / 3600), source=source, id=f"i{next(_counter)}")


seconds, sources = st.integers(0, 86399), st.sampled_from(["shop", "sdk"])
plain = st.builds(_made, st.sampled_from(PLAIN), days, seconds, sources)
contacts = st.builds(
    _made,
    st.sampled_from(
        ["message.received", "message.sent", "call.made", "call.received", "visit.made", "ticket.resolved"]
    ),
    days,
    seconds,
    sources,
    personal=st.booleans(),
    answered=st.booleans(),
    staff_id=st.sampled_from([None, "staff_1"]),
    sla_breached=st.sampled_from([True, False, None]),
)
cases = st.builds(
    lambda type_, day, second, kept, resolution, within: _made(
        type_,
        day,
        second,
        "guanxi.feedback",
        **({"promise_kept": kept, "resolution": resolution, "within_clock": within} if type_ == "case.closed" else {}),
    ),
    st.sampled_from(["case.closed", "case.overdue"]),
    days,
    seconds,
    st.booleans(),
    st.sampled_from(["resolved", "cannot_resolve"]),
    st.booleans(),
)
returns = st.builds(
    _made, st.just("return.completed"), days, seconds, sources, reason=st.sampled_from(["quality", "size"])
)
answers = st.builds(
    lambda type_, day, second, source, kind, value: _made(type_, day, second, source, **rating(kind, value, 10, 0)),
    st.sampled_from(["survey.answered", "review.posted"]),
    days,
    seconds,
    sources,
    st.sampled_from(["nps", "csat", "ces", "stars", "expectation"]),
    st.integers(0, 10),
)
deliveries = st.builds(
    lambda day, second, late: _made(
        "order.delivered",
        day,
        second,
        "shop",
        **({} if late is None else {"promised_at": (at(day, second / 3600) - timedelta(hours=late)).isoformat()}),
    ),
    days,
    seconds,
    st.sampled_from([None, -1, 0, 1]),
)
order_ids = st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8"])


def _money(
    type_: str, day: int, second: int, source: str, amount: int, order_id: str | None, refund_id: str | None
) -> Interaction:
    data: dict[str, object] = {"amount_minor": amount, "currency": "CNY"}
    if order_id is not None:
        data["order_id"] = order_id
    if refund_id is not None and type_ == "order.refunded":
        data["refund_id"] = refund_id
    return _made(type_, day, second, source, **data)


orders = st.builds(
    _money,
    st.just("order.completed"),
    days,
    seconds,
    sources,
    st.one_of(st.sampled_from([0, 10000, 25000]), st.integers(1, 150000)),
    st.one_of(st.none(), order_ids),
    st.none(),
)
refunds = st.builds(
    _money,
    st.just("order.refunded"),
    days,
    seconds,
    sources,
    st.one_of(st.sampled_from([10000, 25000]), st.integers(1, 150000)),
    st.one_of(st.none(), order_ids),
    st.one_of(st.none(), st.sampled_from(["r1", "r2"])),
)
cancels = st.builds(
    lambda day, second, id_: _made("order.cancelled", day, second, "shop", order_id=id_), days, seconds, order_ids
)
interactions = st.one_of(
    plain, contacts, contacts, cases, returns, answers, deliveries, orders, orders, orders, refunds, cancels
)
stories = st.lists(interactions, max_size=25)
as_of_days = st.one_of(st.just(LAST_DAY), st.integers(0, LAST_DAY + 40))
