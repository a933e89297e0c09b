"""Whom does an event concern, and which identifiers are one person? (events.md section 2)

An event's customer is the own id of its strongest usable identifier, or the customer that a cache knows it to be.
Linking joins the identifiers of one event within limits: one user id a person, five of any other kind.

Example: {email} first, then {user_id: 42, email}: the e-mail's own id becomes an alias of user 42's customer. A later
{user_id: 43, email} joins nothing: the union would hold two user ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from common.identity import KINDS, IdentityKey, is_own_id, normalise
from ingest.domain.memory import Memory

LIMITS: Final = {"user_id": 1}
MOST_OF_A_KIND: Final = 5
REMEMBERED: Final = 40_000
_STRENGTH: Final = {kind: place for place, kind in enumerate(KINDS)}
_UNKNOWN: Final = len(KINDS)

Identifier = tuple[str, str, str | None]
"""Kind, value as sent, and the namespace of the source."""


class OwnIds:
    """Own ids of identifiers as sources send them; None for a value that names nobody. Recent ones are remembered."""

    def __init__(self, key: IdentityKey) -> None:
        self._key = key
        self._known = Memory(self._compute, generation=REMEMBERED)

    def _compute(self, identifier: Identifier) -> str | None:
        return own_id(self._key, identifier)

    def all(self, identifiers: Mapping[str, str], namespace: str | None) -> list["Named"]:
        """Every usable identifier's own id, strongest first."""
        found = ((kind, self._known[kind, identifiers[kind], namespace]) for kind in KINDS if kind in identifiers)
        return [Named(own=own, kind=kind) for kind, own in found if own is not None]


def own_id(key: IdentityKey, identifier: Identifier) -> str | None:
    """The own id of an identifier as a source sends it; None for a value that names nobody."""
    kind, value, namespace = identifier
    normalised = normalise(kind, value)
    return None if normalised is None else key.own_id(kind, normalised, namespace=namespace)


def read_subject(subject: str) -> tuple[str, str] | None:
    """(kind, value) of a subject written `kind:value`; None for a canonical id or any other text."""
    kind, colon, value = subject.partition(":")
    return (kind, value) if colon and kind in _STRENGTH else None


def is_customer(subject: str) -> bool:
    """Whether a subject is a canonical id."""
    return is_own_id(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One id by which an event names its customer; `kind` is None for a bare canonical id."""

    own: str
    kind: str | None


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """All ids known to be one customer: the canonical one and how many of each kind."""

    root: str
    kinds: Counter[str] = field(default_factory=Counter)
    joined: "Person | None" = None

    @property
    def strength(self) -> int:
        """Place of the strongest kind; smaller is stronger."""
        return min((_STRENGTH[kind] for kind in self.kinds), default=_UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A decision: `alias`, until now a customer of its own, is `customer`."""

    alias: str
    customer: str


class People:
    """The persons behind the ids of a batch, joined as its events tell."""

    def __init__(self, persons: Iterable[tuple[Person, Iterable[str]]]) -> None:
        self._of = {own: person for person, ids in persons for own in ids}
        self._roots = {own: person.root for own, person in self._of.items()}

    def person(self, own: str) -> Person:
        """Whose id it is, after all joins so far."""
        person = self._of[own]
        while person.joined is not None:
            person = person.joined
        return person

    def moved(self) -> dict[str, str]:
        """Every id whose customer is another one than at first, with that customer."""
        return {own: root for own, first in self._roots.items() if (root := self.person(own).root) != first}

    def join(self, named: Sequence[Named]) -> list[Join]:
        """Join the ids of one event, strongest first, to the first one's person; those over a limit stay apart.

        Of two persons the one with the stronger kind keeps its canonical id; between equals, the first named.
        """
        joins = []
        for one in named[1:]:
            first, other = self.person(named[0].own), self.person(one.own)
            if first is other:
                continue
            united = first.kinds + other.kinds
            if any(number > LIMITS.get(kind, MOST_OF_A_KIND) for kind, number in united.items()):
                continue
            kept, gone = (other, first) if other.strength < first.strength else (first, other)
            kept.kinds, gone.joined = united, kept
            joins.append(Join(alias=gone.root, customer=kept.root))
        return joins
