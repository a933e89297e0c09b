"""Which forms do single fields have on every topic? Ids, instants, money, fractions (events.md section 1).

A name from a list (channel, purpose, tier ...) is plain `str` in the structs, so that a reader of today keeps reading
when the list grows. contracts/*.yaml holds the lists; ingest checks what producers send against them (check.py).
"""

from datetime import date, datetime
from typing import Annotated, Final

from msgspec import Meta

LARGEST_AMOUNT_MINOR: Final = 10**14
"""A million million in the main unit: 90,000 such orders still fit a 64-bit sum."""

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100

Id = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Instant = Annotated[datetime, Meta(tz=True)]
Day = date
Currency = Annotated[str, Meta(min_length=3, max_length=3, extra_json_schema={"pattern": "^[A-Z]{3}$"})]
"""No `pattern`: the regular expression would cost a third of a whole check (0.6 of 1.7 us); check.py looks at it."""
AmountMinor = Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT_MINOR)]
SignedMinor = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Points = Annotated[float, Meta(ge=0, le=100)]
