"""Which events came in lately, and where did they go? A bounded memory of this process, best effort.

Two generations of a dict, the elder dropped when the younger is full: a lookup costs a twentieth of an LRU cache's.
Events of one request share one note of where they went, and only who asks for one of them looks for its place in it.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Final, NamedTuple

GENERATION: Final = 50_000

Name = tuple[str, str]
"""Source and id of an event."""


class Place(NamedTuple):
    """Where an accepted event is; `offset` is None while it waits in the spool."""

    customer: str
    partition: int
    offset: int | None
    accepted_at: datetime


class Part(NamedTuple):
    """Durable events of one request and partition, item by item; `offsets` as in Place."""

    partition: int
    names: Sequence[Name]
    customers: Sequence[str]
    offsets: Sequence[int | None]


class Whereabouts(NamedTuple):
    """Where all events of a request went."""

    accepted_at: datetime
    parts: Sequence[Part]


class Recent:
    """Places of durable events by (source, id)."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: dict[Name, Whereabouts] = {}
        self._old: dict[Name, Whereabouts] = {}

    def get(self, name: Name) -> Place | None:
        """The place of an event accepted lately by this process."""
        found = self._young.get(name) or self._old.get(name)
        if found is None:
            return None
        part = next(part for part in found.parts if name in part.names)
        at = part.names.index(name)
        return Place(part.customers[at], part.partition, part.offsets[at], found.accepted_at)

    def known(self, names: Set[Name]) -> set[Name]:
        """Those of the events that came in lately."""
        young, old = self._young.keys(), self._old.keys()
        if names.isdisjoint(young) and names.isdisjoint(old):
            return set()
        return set(names & young | names & old)

    def add_all(self, names: Mapping[Name, Any], whereabouts: Whereabouts) -> None:
        """Remember a request's events, which are durable now."""
        if len(self._young) >= self._generation:
            self._old, self._young = self._young, {}
        self._young.update(dict.fromkeys(names, whereabouts))
