"""Which type is an event that a dialect calls by its own name? The e-commerce names of Segment's spec, else dotted.

"Order Completed" -> order.completed, "Signed Up" -> signed.up, "Signup" -> track.signup (a type has a dot).
"""

import re
from hashlib import sha256
from typing import Final

NAMES: Final = {
    "products searched": "search.made",
    "product viewed": "product.viewed",
    "product added": "cart.updated",
    "product removed": "cart.updated",
    "checkout started": "checkout.started",
    "order completed": "order.completed",
    "order refunded": "order.refunded",
    "order cancelled": "order.cancelled",
    "product reviewed": "review.posted",
    "product shared": "content.shared",
    "$pageview": "page.viewed",
    "pv": "page.viewed",
}

_LONGEST: Final = 100
_WORD_BREAK: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN: Final = re.compile(r"[^a-z0-9_-]+")


def type_of(name: str) -> str:
    """The type of an event by its name in any dialect."""
    known = NAMES.get(" ".join(name.lower().split()))
    if known is not None:
        return known
    dotted = _BETWEEN.sub(".", _WORD_BREAK.sub(".", name).lower()).strip("._-")[:_LONGEST].strip("._-")
    if not dotted:
        return f"track.named-{sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"
    words = [word.lstrip("_-") or "x" for word in dotted.split(".")]
    return ".".join(words if len(words) > 1 else ["track", *words])
