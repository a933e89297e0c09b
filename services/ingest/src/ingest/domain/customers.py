"""Whose is an event, as its record on the log needs to know? The canonical id, the record's key and its partition.

All three are found together and remembered together: for most events they are the answer to one lookup.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from common.identity import KINDS, IdentityKey
from ingest.domain.identity import REMEMBERED, Identifier, own_id
from ingest.domain.memory import Memory


class Customer(Struct, frozen=True, gc=False):
    """A canonical id, the same in bytes, and the partition of these bytes."""

    id: str
    key: bytes
    partition: int


class Customers:
    """The customers behind identifiers as sources send them. Recent ones are remembered.

    `canonical` tells the customer that an own id is known to be, `partition_of` where the events of a key stand.
    """

    def __init__(
        self, key: IdentityKey, *, canonical: Callable[[str], str], partition_of: Callable[[bytes], int]
    ) -> None:
        self._key = key
        self._canonical = canonical
        self._partition_of = partition_of
        self._own = Memory(self._compute_own, generation=REMEMBERED)
        self._by_id = Memory(self._compute, generation=REMEMBERED)

    def _compute_own(self, identifier: Identifier) -> Customer | None:
        own = own_id(self._key, identifier)
        return None if own is None else self._compute(own)

    def _compute(self, customer: str) -> Customer:
        key = customer.encode()
        return Customer(customer, key, self._partition_of(key))

    def strongest(self, identifiers: Mapping[str, str], namespace: str | None) -> Customer | None:
        """The customer of the strongest usable identifier; None where there is none."""
        for kind in KINDS:
            value = identifiers.get(kind)
            if value is not None and (own := self._own[kind, value, namespace]) is not None:
                customer = self._canonical(own.id)
                return own if customer is own.id else self._by_id[customer]
        return None

    def of(self, own: str) -> Customer:
        """The customer that an own id is known to be."""
        return self._by_id[self._canonical(own)]
