"""Where can a customer be reached? The identifiers that mean the same person everywhere (events.md section 2).

A `user_id` names somebody inside one shop only and is no address: `{"user_id": "42", "email": "Ann@example.com"}`
gives (email, ann@example.com).
"""

from collections.abc import Mapping
from typing import Final

from common.identity import KINDS, NAMESPACED, normalise

ADDRESS_KINDS: Final = tuple(kind for kind in KINDS if kind not in NAMESPACED)


def told_addresses(identifiers: Mapping[str, str]) -> list[tuple[str, str]]:
    """(kind, value) in one spelling each, of `data.identifiers`; values that name nobody are left out."""
    told = ((kind, normalise(kind, identifiers[kind])) for kind in ADDRESS_KINDS if kind in identifiers)
    return [(kind, value) for kind, value in told if value is not None]
