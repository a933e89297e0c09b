"""Is an own id what the design says, is one person spelled one way, and is a customer in a path read right?"""

import hashlib
import hmac
from base64 import b32encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Malformed
from common.identity import IdentityKey, NoIdentityKey, UnreadableCustomer, is_own_id, normalise, read_customer

SECRET = b"a secret of the deployment"
KEY = IdentityKey(SECRET)


@given(st.text(max_size=40))
def test_an_own_id_is_the_base32_of_the_keyed_hash(value: str) -> None:
    try:
        name = f"user_id:{value}".encode()
    except UnicodeEncodeError:
        return
    digest = hmac.digest(SECRET, name, hashlib.sha256)
    assert KEY.own_id("user_id", value) == "c_" + b32encode(digest).decode().lower()[:26]
    assert is_own_id(KEY.own_id("user_id", value))


def test_a_namespace_separates_the_customers_of_two_shops_but_not_their_e_mail_addresses() -> None:
    assert KEY.own_id("user_id", "42", namespace="a") != KEY.own_id("user_id", "42", namespace="b")
    assert KEY.own_id("user_id", "42", namespace="a") == IdentityKey(SECRET).own_id("user_id@a", "42")
    assert KEY.own_id("email", "a@b.cn", namespace="a") == KEY.own_id("email", "a@b.cn")


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("email", " Ann@Example.COM ", "ann@example.com"),
        ("email", "no address", None),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("phone", "12", None),
        ("user_id", " 42 ", "42"),
        ("user_id", "Ann", "Ann"),
        ("user_id", "", None),
        ("user_id", "0", None),
        ("user_id", "000-000", None),
        ("user_id", "-1", None),
        ("user_id", "NULL", None),
        ("anonymous_id", "Anonymous", None),
        ("user_id", "x" * 257, None),
    ],
)
def test_a_value_has_one_spelling_and_one_that_names_nobody_has_none(kind: str, value: str, normal: str | None) -> None:
    assert normalise(kind, value) == normal


def test_a_customer_is_read_from_an_own_id_and_from_kind_and_value() -> None:
    own = KEY.own_id("email", "ann@example.com")
    assert read_customer(own, KEY) == own
    assert read_customer("email:Ann@example.com", KEY) == own
    assert read_customer("user_id@shop:42", KEY) == KEY.own_id("user_id", "42", namespace="shop")


@pytest.mark.parametrize("text", ["", "42", "c_short", "colour:red", "email:nobody", "user_id:", "user_id:0"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UnreadableCustomer):
        read_customer(text, KEY)


def test_an_absent_identity_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoIdentityKey, match=r"identity\.key cannot be read .*openssl rand -hex 32"):
        IdentityKey.load(tmp_path / "identity.key")


def test_a_short_identity_key_is_refused() -> None:
    with pytest.raises(Malformed, match="16 bytes"):
        IdentityKey(b"short")
