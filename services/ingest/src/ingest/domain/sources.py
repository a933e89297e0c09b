"""Who sends, and under which `source` do its events stand? (events.md section 1)

`shop`'s event without a source of its own has source `shop`; one that says `web` has `shop:web`: nobody can speak for
another source, and ids of two senders behind one key never collide.
"""

import re
from dataclasses import dataclass
from typing import Final

RESERVED: Final = "guanxi."
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A source as its key tells it. `namespace` keeps two shops' customers 42 apart."""

    name: str
    namespace: str | None = None

    def source_of(self, own: str | None) -> str:
        """The `source` of an event that calls its own source `own`."""
        return self.name if own is None or own == self.name else f"{self.name}:{own}"


def is_source_name(name: str) -> bool:
    """Whether a name may belong to a producer."""
    return _NAME.fullmatch(name) is not None and not name.startswith(RESERVED)


def sender_name(source: str) -> str:
    """The name before the colon: whose key sent an event of this source."""
    return source.partition(":")[0]


def is_ours(source: str) -> bool:
    """Whether a service of this system wrote the event."""
    return source.startswith(RESERVED)
