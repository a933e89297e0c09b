"""Whose is an event, by its identifiers and by what is known of them?"""

from functools import partial

import pytest

from common.identity import IdentityKey
from common.kafka import partition_of
from ingest.domain.customers import Customer, Customers

KEY = IdentityKey(b"0123456789abcdef")
ANN, BOB = KEY.own_id("user_id", "42"), KEY.own_id("email", "bob@example.com")


def customers(aliases: dict[str, str]) -> Customers:
    return Customers(KEY, canonical=lambda own: aliases.get(own, own), partition_of=partial(partition_of, partitions=6))


def whole(customer: str) -> Customer:
    return Customer(customer, customer.encode(), partition_of(customer.encode(), 6))


def test_the_strongest_usable_identifier_names_the_customer() -> None:
    identifiers = {"email": "Bob@Example.com", "anonymous_id": "a-1", "user_id": "42"}
    for _ in range(2):
        assert customers({}).strongest(identifiers, None) == whole(ANN)
        assert customers({}).strongest(identifiers | {"user_id": "0"}, None) == whole(BOB)


@pytest.mark.parametrize("identifiers", [{}, {"user_id": "0"}, {"name": "Ann"}])
def test_without_a_usable_identifier_there_is_nobody(identifiers: dict[str, str]) -> None:
    assert customers({}).strongest(identifiers, None) is None


def test_the_same_value_in_two_namespaces_is_two_customers() -> None:
    known = customers({})
    ids = {known.strongest({"user_id": "42"}, namespace) for namespace in (None, "tea", "silk")}
    assert len(ids) == 3
    assert whole(ANN) in ids


def test_a_link_learned_later_holds_from_the_next_event_on() -> None:
    aliases: dict[str, str] = {}
    known = customers(aliases)
    assert known.strongest({"email": "bob@example.com"}, None) == whole(BOB) == known.of(BOB)
    aliases[BOB] = ANN
    assert known.strongest({"email": "bob@example.com"}, None) == whole(ANN) == known.of(BOB)
