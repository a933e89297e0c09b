"""Whom does an event concern, and which identifiers are joined within which limits?"""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.identity import KINDS, IdentityKey
from ingest.domain.identity import LIMITS, MOST_OF_A_KIND, Join, Named, People, Person, own_id

KEY = IdentityKey(b"0123456789abcdef")


def named(*names: str) -> list[Named]:
    """`email:a` is an id of the kind email."""
    return [Named(own=name, kind=name.partition(":")[0]) for name in names]


def strangers(*names: str) -> People:
    return People((Person(root=name, kinds=Counter([name.partition(":")[0]])), [name]) for name in names)


@pytest.mark.parametrize("value", ["", "0", "000", "anonymous", "null", " "])
def test_a_blocked_value_names_nobody(value: str) -> None:
    assert own_id(KEY, ("user_id", value, None)) is None


def test_two_shops_customers_42_differ_and_their_email_is_one() -> None:
    assert own_id(KEY, ("user_id", "42", "tea")) != own_id(KEY, ("user_id", "42", "silk"))
    assert own_id(KEY, ("email", "a@b.com", "tea")) == own_id(KEY, ("email", "a@b.com", "silk"))


def test_the_weaker_becomes_an_alias_of_the_stronger() -> None:
    people = strangers("user_id:1", "email:a")
    assert people.join(named("user_id:1", "email:a")) == [Join(alias="email:a", customer="user_id:1")]
    assert people.moved() == {"email:a": "user_id:1"}
    assert people.join(named("user_id:1", "email:a")) == []


def test_a_person_met_by_email_first_moves_to_the_user_with_all_its_ids() -> None:
    people = strangers("user_id:1", "email:a", "anonymous_id:x")
    people.join(named("email:a", "anonymous_id:x"))
    people.join(named("user_id:1", "email:a"))
    assert people.moved() == {"email:a": "user_id:1", "anonymous_id:x": "user_id:1"}


def test_the_customer_with_the_stronger_kind_stays_whichever_is_named_first() -> None:
    people = strangers("user_id:1", "email:a", "phone:p")
    people.join(named("user_id:1", "email:a"))
    assert people.join(named("phone:p", "email:a")) == [Join(alias="phone:p", customer="user_id:1")]


def test_one_email_of_two_users_joins_them_not() -> None:
    people = strangers("user_id:1", "user_id:2", "email:a")
    people.join(named("user_id:1", "email:a"))
    assert people.join(named("user_id:2", "email:a")) == []


def test_the_sixth_email_stays_a_customer_of_its_own() -> None:
    emails = [f"email:{number}" for number in range(6)]
    people = strangers("user_id:1", *emails)
    joins = [join for email in emails for join in people.join(named("user_id:1", email))]
    assert [join.alias for join in joins] == emails[:5]


IDS = [f"{kind}:{number}" for kind in KINDS for number in range(4)]


@given(st.lists(st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True), max_size=30))
def test_whatever_is_told_no_person_holds_more_than_the_limits(groups: list[list[str]]) -> None:
    people = strangers(*IDS)
    for group in groups:
        people.join(named(*sorted(group, key=lambda name: KINDS.index(name.partition(":")[0]))))
    held: dict[str, Counter[str]] = {}
    for name in IDS:
        held.setdefault(people.person(name).root, Counter())[name.partition(":")[0]] += 1
    for root, kinds in held.items():
        assert people.person(root).root == root
        assert all(number <= LIMITS.get(kind, MOST_OF_A_KIND) for kind, number in kinds.items())
        assert people.person(root).kinds == kinds
