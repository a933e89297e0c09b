"""Why is a figure of the portrait null?

A question answers with its value or with one of these codes; a field that may be null names its code in its type,
`Annotated[float | None, Unknown.TOO_FEW]`, so that every null of an answer has its reason in the card's `unknown`.
Example: a null `hour` of the habits is {"habits.hour": "too_few"}.
"""

from dataclasses import is_dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_type_hints


class Unknown(StrEnum):
    """The codes, beside those of the card itself."""

    NO_EVENTS = "no_events"  # nothing of the sort was recorded: of orders, say, none that tells a category
    TOO_FEW = "too_few"  # something was, too little or too long ago to say
    NO_PURCHASE = "no_purchase"
    NO_OUTBOUND = "no_outbound"
    NO_BASE = "no_base"  # what the whole base does was not counted yet, or only after the as-of day
    REFUSED = "profiling_refused"  # the customer has taken back the consent to profiling
    NOT_DISTANT = "not_distant"  # asked of distant relationships only
    NOT_ASKED = "not_in_lists"  # told for one customer at a time


def codes(path: str, value: Any) -> dict[str, str]:
    """The code of each null inside a dataclass (any one), by dotted path; lists are not looked into."""
    found: dict[str, str] = {}
    for name, code in _fields(value.__class__).items():
        inner = getattr(value, name)
        if inner is None and code is not None:
            found[f"{path}.{name}"] = code
        elif is_dataclass(inner):
            found.update(codes(f"{path}.{name}", inner))
    return found


@lru_cache(maxsize=256)
def _fields(type_: type) -> dict[str, str | None]:
    """The code of each field of a dataclass, None where it has none."""
    hints = get_type_hints(type_, include_extras=True)
    return {
        name: next((each.value for each in getattr(hint, "__metadata__", ()) if isinstance(each, Unknown)), None)
        for name, hint in hints.items()
    }
