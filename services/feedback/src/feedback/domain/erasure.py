"""What stands where an erased customer stood? A word of its own for each person, made at random: it joins to nobody.

Numbers keep their person apart from others (one answer of a customer and wave counts), but not who it was.
"""

from typing import Final

from common.errors import Gone

NOBODY: Final = "erased:"
SUPPRESSED: Final = "suppressed"
"""Why an ask of an erased customer ended: engagement's word for it."""


class CustomerErased(Gone):
    """The customer's data were erased: nothing more is kept of it."""

    code = "customer_erased"


def word_of(chance: str) -> str:
    """The word of a person, from random hexadecimals: `erased:9f86d081884c7d65`."""
    return NOBODY + chance


def is_erased(customer: str) -> bool:
    """Whether a row's customer was erased."""
    return customer.startswith(NOBODY)
