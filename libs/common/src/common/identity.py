"""Who is meant? Own ids of identifiers, computed by any replica without a database (events.md section 2).

Own id = `c_` + first 26 characters of lower-case base32(HMAC-SHA256(identity key, `kind:value`)).
"""

import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from common.errors import Absent, Malformed

KINDS: Final = ("user_id", "buyer_id", "wecom", "unionid", "openid", "phone", "email", "anonymous_id")
"""Kinds of identifiers, strongest first."""

NAMESPACED: Final = frozenset({"user_id", "buyer_id", "anonymous_id"})
"""Kinds whose values mean something else in every shop."""

LONGEST_VALUE: Final = 256
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = [first + second for first in _BASE32 for second in _BASE32]
"""Two base32 characters for each ten bits: four times as fast as encoding and cutting."""

_OWN_ID: Final = re.compile(r"c_[a-z2-7]{26}")
_BLOCKED: Final = re.compile(
    r"[0\-\s]*|-1|null|none|nil|undefined|unknown|anonymous|guest|n/?a|test|\[object object\]", re.IGNORECASE
)


class UnreadableCustomer(Malformed):
    """A path names a customer in no known form."""

    code = "unreadable_customer"


class NoIdentityKey(Absent):
    """The file with the identity key cannot be read."""

    code = "no_identity_key"


class IdentityKey:
    """The deployment's identity key (bytes, at least 16)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise Malformed(
                "The identity key needs at least 16 bytes; make one with `openssl rand -hex 32`.",
                code="weak_identity_key",
            )
        self._hmac = hmac.new(secret, digestmod="sha256")

    @classmethod
    def load(cls, path: Path) -> "IdentityKey":
        """Read the key file (hex or any text, white space around it ignored); NoIdentityKey when it is absent."""
        try:
            return cls(path.read_text().strip().encode())
        except OSError as error:
            raise NoIdentityKey(
                f"The identity key {path} cannot be read ({error.strerror}): set GUANXI_IDENTITY_KEY_FILE to the key "
                "that made the customer ids there are, or make a new one with `openssl rand -hex 32`."
            ) from error

    def own_id(self, kind: str, value: str, *, namespace: str | None = None) -> str:
        """The id of a normalised identifier; `namespace` separates two shops' customers 42."""
        name = f"{kind}@{namespace}:{value}" if namespace and kind in NAMESPACED else f"{kind}:{value}"
        keyed = self._hmac.copy()
        keyed.update(name.encode())
        bits = int.from_bytes(keyed.digest()[:17], "big") >> 6
        return "c_" + "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])


def is_own_id(text: str) -> bool:
    """Whether a text has the form of a canonical id."""
    return _OWN_ID.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def normalise(kind: str, value: str) -> str | None:
    """One spelling per person; None where the value names nobody (empty, zeros, "anonymous", no valid address)."""
    text = value.strip()
    if len(text) > LONGEST_VALUE or _BLOCKED.fullmatch(text):
        return None
    if kind == "email":
        return _normalise_email(text)
    if kind == "phone":
        return _normalise_phone(text)
    return text


def _normalise_email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return None


def _normalise_phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_customer(text: str, key: IdentityKey) -> str:
    """Own id of a customer named in a path: the id itself, `kind:value` or `kind@namespace:value`.

    Raises UnreadableCustomer for anything else.
    """
    if is_own_id(text):
        return text
    head, colon, value = text.partition(":")
    kind, _, namespace = head.partition("@")
    if not colon or kind not in KINDS:
        raise UnreadableCustomer(
            f"`{text[:80]}` names no customer: give a canonical id (c_...) or `kind:value`, "
            f"with a kind of {', '.join(KINDS)}."
        )
    normalised = normalise(kind, value)
    if normalised is None:
        raise UnreadableCustomer(f"`{value[:80]}` is no usable {kind}.")
    return key.own_id(kind, normalised, namespace=namespace or None)
