"""Which events came in lately, and where did they go? A bounded memory of this process, best effort.

Two generations of a dict, the elder dropped when the younger is full: a lookup costs a twentieth of an LRU cache's.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

GENERATION: Final = 50_000

Name = tuple[str, str]
"""Source and id of an event."""


class Place(NamedTuple):
    """Where an accepted event is: `sent` is its batch's base offset, None while it is in the spool."""

    customer: str
    topic: str
    partition: int
    accepted_at: datetime
    sent: "asyncio.Future[int] | None"
    nth: int

    @property
    def offset(self) -> int | None:
        """The offset on Kafka, once known."""
        return None if self.sent is None else self.sent.result() + self.nth


class Recent:
    """Places of durable events by (source, id)."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: dict[Name, Place] = {}
        self._old: dict[Name, Place] = {}

    def get(self, name: Name) -> Place | None:
        """The place of an event accepted lately by this process."""
        return self._young.get(name) or self._old.get(name)

    def add_all(self, events: Iterable[tuple[Name, Place]]) -> None:
        """Remember events that are durable now."""
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, {}
        self._young.update(events)
