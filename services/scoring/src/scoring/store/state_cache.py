"""Which states does a worker hold in memory, and are they still as the database has them?

Trusted only under the guard of their partition, taken in the same transaction; any other writer's version, or a
transaction of this worker that did not commit, empties the partition's part.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.state.state import State
from scoring.store.guards import take_guards
from scoring.store.states import Standing, read_standings


class _Recent:
    """About the `most` to 2 `most` subjects that were used last: two generations, the older one dropped whole."""

    def __init__(self, version: UUID, most: int) -> None:
        self.version = version
        self._most = most
        self._young: dict[str, Standing] = {}
        self._old: dict[str, Standing] = {}

    def get(self, subject: str) -> Standing | None:
        standing = self._young.get(subject)
        if standing is None:
            standing = self._old.get(subject)
            if standing is not None:
                self.put(subject, standing)
        return standing

    def put(self, subject: str, standing: Standing) -> None:
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        self._young[subject] = standing


class Taken:
    """The taken partitions' states, for as long as the transaction lasts."""

    def __init__(self, parts: Mapping[int, _Recent]) -> None:
        self._parts = parts

    def __contains__(self, partition: int) -> bool:
        return partition in self._parts

    async def load(self, connection: AsyncConnection, partition_of: Mapping[str, int]) -> dict[str, Standing]:
        """The standings of subjects in taken partitions; a new one for a subject without a state."""
        found: dict[str, Standing] = {}
        missing: dict[str, int] = {}
        for subject, partition in partition_of.items():
            standing = self._parts[partition].get(subject)
            if standing is None:
                missing[subject] = partition
            else:
                found[subject] = standing
        if missing:
            read = await read_standings(connection, missing)
            for subject, partition in missing.items():
                standing = read.get(subject) or Standing(State())
                self._parts[partition].put(subject, standing)
                found[subject] = standing
        return found


class StateCache:
    """One worker's states. `worker` names it as the owner of the partitions that it consumes."""

    def __init__(self, *, worker: UUID, partitions: int, customers: int) -> None:
        self.worker = worker
        self._most = max(1, customers // partitions)
        self._parts: dict[int, _Recent] = {}

    def forget(self) -> None:
        """Drop everything, to save memory: what is stale is never used anyway."""
        self._parts.clear()

    async def take(
        self, connection: AsyncConnection, partitions: Iterable[int], *, as_owner: bool, beside: Iterable[int] = ()
    ) -> Taken:
        """Take the guards of some partitions until the transaction ends; what is cached of them is then true.

        `as_owner`: this worker consumes the partitions, those `beside` them excepted.
        """
        version, asked = uuid4(), sorted(partitions)
        owned = asked if as_owner else []
        every = sorted({*asked, *beside})
        before = await take_guards(connection, every, version=version, owner=self.worker, owned=owned)
        for partition, last in before.items():
            part = self._parts.get(partition)
            if part is None or part.version != last:
                part = self._parts[partition] = _Recent(version, self._most)
            part.version = version
        return Taken({partition: self._parts[partition] for partition in before})
