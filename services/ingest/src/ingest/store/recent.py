"""Which events came in lately, and where did they go? A bounded memory of this process, best effort.

Two generations of a dict, the elder dropped when the younger is full: a lookup costs a twentieth of an LRU cache's.
What is kept are plain tuples of texts and numbers, which the garbage collector need not look at.
"""

from collections.abc import Iterable, Set
from datetime import datetime
from typing import Final, NamedTuple

GENERATION: Final = 50_000

Name = tuple[str, str]
"""Source and id of an event."""


Plain = tuple[str, int, int | None, datetime]
"""The fields of a Place."""


class Place(NamedTuple):
    """Where an accepted event is; `offset` is None while it waits in the spool."""

    customer: str
    partition: int
    offset: int | None
    accepted_at: datetime


class Recent:
    """Places of durable events by (source, id)."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: dict[Name, Plain] = {}
        self._old: dict[Name, Plain] = {}

    def get(self, name: Name) -> Place | None:
        """The place of an event accepted lately by this process."""
        found = self._young.get(name) or self._old.get(name)
        return None if found is None else Place(*found)

    def known(self, names: Set[Name]) -> set[Name]:
        """Those of the events that came in lately."""
        return set(names & self._young.keys() | names & self._old.keys())

    def add_all(self, events: Iterable[tuple[Name, Plain]]) -> None:
        """Remember events that are durable now."""
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, {}
        self._young.update(events)
