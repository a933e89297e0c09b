"""What do other systems' messages become: names, money, times, headers?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.contracts.check import SchemaBroken, check_type
from ingest.domain.cloudevents import Mode, mode_of, read_binary, read_header
from ingest.domain.dialect import Unmappable, true_time
from ingest.domain.event_names import type_of
from ingest.domain.money import to_minor
from ingest.domain.segment import Envelope, to_event

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ENVELOPE = Envelope(source="shop", received_at=NOW, currency="CNY")


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("Order Completed", "order.completed"),
        ("order  completed", "order.completed"),
        ("Product Removed", "cart.updated"),
        ("$pageview", "page.viewed"),
        ("Signed Up", "signed.up"),
        ("SignedUp", "signed.up"),
        ("Signup", "track.signup"),
        ("2nd_visit!", "track.2nd_visit"),
        ("_odd .-name", "odd.name"),
    ],
)
def test_a_name_becomes_a_dotted_type(name: str, type_: str) -> None:
    assert type_of(name) == type_


@pytest.mark.parametrize("name", ["注册成功", "!!!", "...", "-", "a" * 400, "Ünï Cödé", "a._.b", "\ud800"])
def test_any_name_becomes_an_allowed_type(name: str) -> None:
    check_type(type_of(name))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (159, "CNY", 15900),
        (159.99, "CNY", 15999),
        ("0.1", "EUR", 10),
        (1500, "JPY", 1500),
        (1.234, "KWD", 1234),
        (1.005, "USD", 101),
        (-5, "CNY", -500),
        ("", "CNY", None),
        ("NaN", "CNY", None),
        (float("inf"), "CNY", None),
        (True, "CNY", None),
        ([], "CNY", None),
        ("1e999", "CNY", None),
    ],
)
def test_an_amount_becomes_minor_units_of_its_currency(amount: Any, currency: str, minor: int | None) -> None:
    assert to_minor(amount, currency) == minor


def track(name: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "messageId": "m-1", "userId": "42", "properties": properties}


def test_an_order_keeps_what_was_sent_and_gains_what_scoring_reads() -> None:
    products = [{"product_id": "T1", "category": "tea", "price": 79.95, "quantity": 2}, {"name": "no id"}]
    event = to_event(track("Order Completed", order_id=1001, total=159.9, products=products), ENVELOPE)
    assert (event["id"], event["type"], event["time"]) == ("m-1", "order.completed", None)
    data = event["data"]
    assert data["identifiers"] == {"user_id": "42"}
    assert (data["order_id"], data["amount_minor"], data["currency"]) == ("1001", 15990, "CNY")
    assert data["items"] == [{"sku": "T1", "category": "tea", "quantity": 2, "amount_minor": 15990}]
    assert data["properties"]["products"] == products


def test_a_refund_is_positive_and_an_order_without_amount_cannot_be_mapped() -> None:
    assert to_event(track("Order Refunded", total=-5, currency="jpy"), ENVELOPE)["data"]["amount_minor"] == 5
    with pytest.raises(Unmappable):
        to_event(track("Order Completed", order_id="1"), ENVELOPE)


def test_identify_tells_profile_email_and_phone() -> None:
    traits = {"email": "ann@example.com", "phone": "13800138000", "firstName": "Ann", "lastName": "Lee", "age": 3}
    event = to_event({"type": "identify", "anonymousId": "a-1", "traits": traits}, ENVELOPE)
    assert event["type"] == "profile.updated"
    assert set(event["data"]["identifiers"]) == {"anonymous_id", "email", "phone"}
    assert event["data"]["profile"] == {"name": "Ann Lee"}
    assert event["id"] == to_event({"type": "identify", "anonymousId": "a-1", "traits": traits}, ENVELOPE)["id"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"type": "nothing", "userId": "1"},
        {"type": "track", "event": "x"},
        {"type": "track", "userId": "1"},
        {"type": "track", "userId": "1", "event": 3},
        {"type": "page", "userId": "1", "timestamp": "yesterday"},
        {"type": "page", "userId": "1", "timestamp": 1},
        {"type": "page", "userId": "1", "timestamp": "2101-01-01T00:00:00Z"},
    ],
)
def test_a_message_that_breaks_the_protocol_is_refused_by_name(message: Any) -> None:
    with pytest.raises(SchemaBroken):
        to_event(message, ENVELOPE)


def test_a_wrong_clock_is_set_right_and_the_way_is_not_taken_for_one() -> None:
    hour = datetime(2026, 11, 20, 12, tzinfo=UTC)
    event = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
    assert true_time(event, sent_at=hour, received_at=NOW) == datetime(2026, 11, 20, 9, 59, tzinfo=UTC)
    assert true_time(event, sent_at=hour, received_at=hour.replace(second=3)) == event
    assert true_time(event, sent_at=None, received_at=NOW) == event


@pytest.mark.parametrize(
    ("content_type", "mode"),
    [
        ("application/json", Mode.BINARY),
        ("Application/CloudEvents+JSON; charset=utf-8", Mode.STRUCTURED),
        ("application/cloudevents-batch+json", Mode.BATCH),
    ],
)
def test_the_mode_stands_in_the_content_type_or_the_four_headers(content_type: str, mode: Mode) -> None:
    assert mode_of(content_type, {b"ce-id", b"ce-source", b"ce-specversion", b"ce-type"}) == mode
    if mode is Mode.BINARY:
        assert mode_of(content_type, {b"ce-id"}) is Mode.CANONICAL


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"email:ann%40example.com", "email:ann@example.com"),
        (b"%E5%85%B3%E7%B3%BB", "关系"),
        ("关系".encode(), "关系"),
        (b"100%25", "100%"),
        (b'"a\\"b"', 'a"b'),
        (b"%2541", "%41"),
    ],
)
def test_a_header_is_unquoted_then_decoded_exactly_once(value: bytes, text: str) -> None:
    assert read_header(value, "subject") == text


def test_a_header_of_broken_utf8_is_refused() -> None:
    with pytest.raises(SchemaBroken):
        read_binary({}, [(b"ce-subject", b"%FF")], "")


def test_binary_mode_without_a_content_type_is_json() -> None:
    event = read_binary({"a": 1}, [(b"ce-id", b"1"), (b"ce-dataversion", b"2"), (b"host", b"x")], "")
    assert event == {"id": "1", "dataversion": 2, "datacontenttype": "application/json", "data": {"a": 1}}
