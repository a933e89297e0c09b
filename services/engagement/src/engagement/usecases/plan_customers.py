"""Which occasions does time bring some customers? Compared with what is planned: new ones, moved ones, ended ones.

A row that is due or was answered never moves. Of duplicates after a merge the smaller id stays, and what one of the
ids was answered already is not planned again. What lost its reason ends with the decision `stopped`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from common.aliases import canonical_ids, members
from engagement.domain.calendar import ANNIVERSARIES, CalendarPolicy
from engagement.domain.occasion import Occasion
from engagement.domain.planned_occasions import cadence_contacts, planned_occasions
from engagement.domain.playbook import Playbook
from engagement.store.plans import PlannedRow, read_planned, write_planned
from engagement.usecases.load_dates import load_dates

_Place = tuple[str, int, str]
"""Playbook, step and key: one occasion of a customer, under whichever of its ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What planning rests on. `playbooks`: those whose occasions time brings, as in force."""

    playbooks: Sequence[Playbook]
    calendar: CalendarPolicy
    zone: ZoneInfo

    @property
    def types(self) -> set[str]:
        """The event types whose first and last times matter."""
        return {*ANNIVERSARIES.values(), *cadence_contacts(self.playbooks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """How many occasions were written, and those that lost their reason."""

    written: int
    gone: Sequence[PlannedRow]


async def plan_customers(connection: AsyncConnection, ids: Collection[str], *, plan: Plan, now: datetime) -> Planned:
    """Plan the customers that some ids belong to. The caller holds the planner's lock and ends what is gone."""
    customers = sorted(set((await canonical_ids(connection, ids)).values()))
    united = await members(connection, customers)
    owners = {id_: customer for customer, alias in united.items() for id_ in alias}
    several = [id_ for ids_of_one in united.values() if len(ids_of_one) > 1 for id_ in ids_of_one]
    known: dict[str, dict[_Place, list[PlannedRow]]] = {customer: {} for customer in customers}
    for row in await read_planned(connection, owners, united=several, now=now):
        known[owners[row.customer]].setdefault((row.playbook, row.step, row.key), []).append(row)
    writing: list[Occasion] = []
    gone: list[PlannedRow] = []
    for dates in await load_dates(connection, owners, types=plan.types, zone=plan.zone):
        occasions = planned_occasions(dates, plan.playbooks, plan.calendar, now)
        wanted = {(one.playbook, one.step, one.key): one for one in occasions}
        writing += _news(wanted, known[dates.customer])
        gone += _gone(wanted, known[dates.customer])
    await write_planned(connection, writing, now=now)
    return Planned(written=len(writing), gone=gone)


def _news(wanted: Mapping[_Place, Occasion], known: Mapping[_Place, Sequence[PlannedRow]]) -> Iterator[Occasion]:
    """What is new, and what moved; a moved row stays under the id that it was planned for."""
    for place, occasion in wanted.items():
        rows = known.get(place)
        if not rows:
            yield occasion
        elif all(row.is_open for row in rows) and _differs(occasion, rows[0]):
            yield replace(occasion, customer=rows[0].customer)


def _differs(occasion: Occasion, row: PlannedRow) -> bool:
    planned = (row.version, row.due_at, row.valid_until)
    return (occasion.version, occasion.due_at, occasion.valid_until) != planned


def _gone(wanted: Mapping[_Place, Occasion], known: Mapping[_Place, Sequence[PlannedRow]]) -> Iterator[PlannedRow]:
    """Open rows without a reason, and open duplicates of an answered row or of one with a smaller id."""
    for place, rows in known.items():
        for at, row in enumerate(rows):
            stays = place in wanted and at == 0 and all(one.is_open for one in rows)
            if row.is_open and not stays:
                yield row
