"""Which addresses and profile fields does an event tell?"""

from typing import Any

import msgspec
import pytest

from engagement.domain.address import told_addresses
from engagement.domain.profile import told_fields


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        ({"user_id": "42", "buyer_id": "7", "anonymous_id": "a"}, []),
        ({"email": " Ann@Example.com "}, [("email", "ann@example.com")]),
        ({"phone": "138 0013 8000"}, [("phone", "+8613800138000")]),
        ({"email": "anonymous", "phone": "000", "wecom": ""}, []),
        ({"openid": "o1", "wecom": "w1", "unionid": "u1"}, [("wecom", "w1"), ("unionid", "u1"), ("openid", "o1")]),
    ],
)
def test_addresses_are_the_identifiers_that_mean_one_person_everywhere(
    identifiers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert told_addresses(identifiers) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({}, {}),
        ({"name": "Ann", "birthday": None}, {"name": "Ann", "birthday": None}),
        ({"tags": ["tea"], "shoe_size": 38}, {"tags": ["tea"]}),
        ({"birthday": "--05-04", "birthday_calendar": "lunar"}, {"birthday": "--05-04", "birthday_calendar": "lunar"}),
    ],
)
def test_a_field_that_is_not_told_stays_and_null_deletes(profile: dict[str, Any], expected: dict[str, Any]) -> None:
    assert told_fields(profile) == expected


def test_a_profile_of_the_wrong_form_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        told_fields({"tags": "tea"})
