"""Which events does the door refuse, where does it point, and what does it advise?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.check import SchemaBroken, check_interaction, check_time, check_type
from common.contracts.interactions import TYPES, Interaction

STARS = {"kind": "stars", "value": 4, "min": 1, "max": 5}

REFUSED: list[tuple[str, Any, str]] = [
    ("order.completed", {"currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": None, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": 1}, "/data/currency"),
    ("order.completed", {"amount_minor": -1, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": "1", "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": 1.5, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": True, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": 10**14 + 1, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": 2**70, "currency": "CNY"}, "/data/amount_minor"),
    ("order.completed", {"amount_minor": 1, "currency": "cny"}, "/data/currency"),
    ("order.completed", {"amount_minor": 1, "currency": "CN\n"}, "/data/currency"),
    ("order.completed", {"amount_minor": 1, "currency": "元元元"}, "/data/currency"),
    (
        "order.completed",
        {"amount_minor": 1, "currency": "CNY", "items": [{"sku": "a"}, {"sku": 3}]},
        "/data/items/1/sku",
    ),
    ("order.refunded", {"amount_minor": 0, "currency": "CNY"}, "/data/amount_minor"),
    ("order.cancelled", {}, "/data/order_id"),
    ("order.cancelled", {"order_id": ""}, "/data/order_id"),
    ("order.delivered", {"promised_at": "2026-11-23T18:00:00"}, "/data/promised_at"),
    ("order.delivered", {"promised_at": "tomorrow"}, "/data/promised_at"),
    ("order.delivered", {"promised_at": "1969-12-31T23:59:59Z"}, "/data/promised_at"),
    ("order.delivered", {"promised_at": "2101-01-01T00:00:00Z"}, "/data/promised_at"),
    ("return.completed", {"reason": "colour"}, "/data/reason"),
    ("call.made", {"personal": 1}, "/data/personal"),
    ("call.made", {"answered": "yes"}, "/data/answered"),
    ("call.made", {"channel": "fax"}, "/data/channel"),
    ("call.made", {"direction": "sideways"}, "/data/direction"),
    ("ticket.resolved", {"sla_breached": "no"}, "/data/sla_breached"),
    ("complaint.made", {"severe": 0}, "/data/severe"),
    ("review.posted", {}, "/data/rating"),
    ("survey.answered", {}, "/data/rating"),
    ("survey.answered", {"rating": 9}, "/data/rating"),
    ("review.posted", {"rating": STARS | {"kind": "hearts"}}, "/data/rating/kind"),
    ("review.posted", {"rating": STARS | {"value": 5.5}}, "/data/rating/value"),
    ("review.posted", {"rating": STARS | {"value": 0}}, "/data/rating/value"),
    ("review.posted", {"rating": STARS | {"value": float("nan")}}, "/data/rating/value"),
    ("review.posted", {"rating": STARS | {"min": 5}}, "/data/rating/max"),
    ("review.posted", {"rating": {"kind": "stars", "value": 4}}, "/data/rating"),
    ("profile.updated", {"profile": {"birthday": "4 May 1990"}}, "/data/profile/birthday"),
    ("profile.updated", {"profile": {"birthday": "1990-02-30"}}, "/data/profile/birthday"),
    ("profile.updated", {"profile": {"birthday": "--13-01"}}, "/data/profile/birthday"),
    ("profile.updated", {"profile": {"birthday": "--01-31", "birthday_calendar": "lunar"}}, "/data/profile/birthday"),
    ("profile.updated", {"profile": {"birthday_calendar": "mayan"}}, "/data/profile/birthday_calendar"),
    ("profile.updated", {"profile": {"tags": "tea"}}, "/data/profile/tags"),
    ("preference.stated", {}, "/data/preference"),
    (
        "preference.stated",
        {"preference": {"key": "a", "value": 1, "confidence": 2}},
        "/data/preference/confidence",
    ),
    ("consent.granted", {}, "/data/consent"),
    ("consent.withdrawn", {"consent": {"purpose": "everything", "channel": "*"}}, "/data/consent/purpose"),
    ("consent.granted", {"consent": {"purpose": "care", "channel": "fax"}}, "/data/consent/channel"),
    ("shop.wishlisted", {"identifiers": {"user_id": 42}}, "/data/identifiers"),
    ("shop.wishlisted", {"properties": []}, "/data/properties"),
    ("shop.wishlisted", [], "/data"),
    ("shop.wishlisted", None, "/data"),
    ("wishlisted", {}, "/type"),
    ("Shop.Wishlisted", {}, "/type"),
    ("shop.", {}, "/type"),
    ("shop.wish listed", {}, "/type"),
    ("shop." + "x" * 128, {}, "/type"),
]

ACCEPTED: list[tuple[str, Any]] = [
    ("order.completed", {"amount_minor": 0, "currency": "JPY"}),
    ("order.completed", {"amount_minor": 10**14, "currency": "CNY", "channel": None, "items": None}),
    ("order.refunded", {"amount_minor": 1, "currency": "CNY"}),
    ("return.completed", {"reason": "quality"}),
    ("order.refunded", {"amount_minor": 1, "currency": "CNY", "reason": "any words"}),
    ("order.delivered", {"promised_at": "1970-01-01T00:00:00+08:00"}),
    ("order.delivered", {"promised_at": "2100-12-31T23:59:59Z"}),
    ("complaint.made", {}),
    ("review.posted", {"rating": STARS | {"value": 1}}),
    ("review.posted", {"rating": STARS | {"value": 5}}),
    ("profile.updated", {}),
    ("profile.updated", {"profile": {"name": None, "birthday": "--02-29"}}),
    ("profile.updated", {"profile": {"birthday": "1990-02-30", "birthday_calendar": "lunar", "lunar_leap": True}}),
    ("consent.withdrawn", {"consent": {"purpose": "marketing", "channel": "*"}}),
    ("loyalty.wheel_spun", {"prize": {"deep": [1, 2]}, "properties": {"any": None}}),
    ("com.example.some-event", {}),
]


@pytest.mark.parametrize(("type_", "data", "pointer"), REFUSED)
def test_a_broken_event_is_refused_at_the_place_with_advice(type_: str, data: Any, pointer: str) -> None:
    with pytest.raises(SchemaBroken) as refusal:
        check_interaction(type_, data)
    assert refusal.value.data == {"pointer": pointer}
    assert refusal.value.reason == "schema"
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(("type_", "data"), ACCEPTED)
def test_an_event_at_the_edge_of_the_allowed_comes_in(type_: str, data: Any) -> None:
    check_interaction(type_, data)


@pytest.mark.parametrize("year", [1970, 2100])
def test_the_first_and_the_last_year_come_in(year: int) -> None:
    check_time(datetime(year, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("year", [1, 1969, 2101, 9999])
def test_years_beyond_are_refused(year: int) -> None:
    with pytest.raises(SchemaBroken, match="1970 to 2100"):
        check_time(datetime(year, 6, 1, tzinfo=UTC))


def test_every_type_of_the_vocabulary_is_a_well_formed_name() -> None:
    for type_ in TYPES:
        check_type(type_)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = tuple(Interaction.__struct_fields__)


@given(type_=st.sampled_from(TYPES), data=_JSON | st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=4))
def test_whatever_comes_is_read_or_refused_but_never_fails(type_: str, data: Any) -> None:
    try:
        check_interaction(type_, data)
    except SchemaBroken as refusal:
        pointer = str(refusal.data["pointer"])
    else:
        pointer = "/data"
    assert pointer.startswith("/data")
