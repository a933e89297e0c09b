"""What would other rules move? The same customers on the same day, judged by the live rules and by a draft's.

Source: scoring-model.md section 6. Of each shown dimension the matrix live -> draft in customers and in net money of
the last 12 months; who moves in any of them; and health in whole points, because playbooks may ask whether it fell.
Example: one brand customer whom the draft calls distant: tier brand -> distant 1 customer, `moved` 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scoring.domain.churn import BANDS
from scoring.domain.columns import Columns
from scoring.domain.decay import Flags, Ints
from scoring.domain.policy.policy import SEGMENTS, STAGES, TIERS
from scoring.domain.status import STATUSES

# The first value of each stands for the code 0; of status and band that is -1, nobody bought.
DIMENSIONS: Final[Mapping[str, tuple[str | bool | None, ...]]] = {
    "segment": SEGMENTS,
    "tier": TIERS,
    "stage": STAGES,
    "status": (None, *STATUSES),
    "key_account": (False, True),
    "churn_band": (None, *BANDS),
}
HEALTH: Final = "health"
_UNKNOWN_HEALTH: Final = 101
_HEALTHS: Final = _UNKNOWN_HEALTH + 1


@dataclass(slots=True, kw_only=True)
class Moves:
    """What a comparison found so far; plain values, so that a long run can keep it between its pages.

    `cells[dimension]`: customers and money from each value to each, row by row; `health`: {was * 102 + now: customers}
    of those whose health differs; `movers`: who moves, the most money first.
    """

    customers: int
    moved: int
    cells: dict[str, tuple[list[int], list[int]]]
    health: dict[int, int]
    movers: list[tuple[int, str, list[tuple[int, int]]]]

    @classmethod
    def none(cls) -> "Moves":
        """Before the first page."""
        empty = {name: len(values) ** 2 for name, values in DIMENSIONS.items()}
        return cls(
            customers=0,
            moved=0,
            cells={name: ([0] * size, [0] * size) for name, size in empty.items()},
            health={},
            movers=[],
        )

    def add(self, customers: Sequence[str], known: Flags, live: Columns, draft: Columns, *, movers: int) -> None:
        """Add a page; `known`: whom to count. Of those who move, the `movers` with the most money are kept by name."""
        money = live.monetary_minor
        was, now = _codes(live), _codes(draft)
        moved = np.zeros(len(customers), dtype=np.bool_)
        for name, values in DIMENSIONS.items():
            cell = was[name] * len(values) + now[name]
            counts, sums = self.cells[name]
            self.cells[name] = (
                _sum(counts, np.bincount(cell[known], minlength=len(counts))),
                _sum(sums, _money_by(cell[known], money[known], len(sums))),
            )
            moved |= known & (was[name] != now[name])
        self.customers += int(known.sum())
        self.moved += int(moved.sum())
        self._add_health(known, live, draft)
        self._keep_movers(customers, np.flatnonzero(moved), money, was, now, movers)

    def _add_health(self, known: Flags, live: Columns, draft: Columns) -> None:
        was, now = _health(live)[known], _health(draft)[known]
        differs = was != now
        codes, counts = np.unique((was * _HEALTHS + now)[differs], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self.health[code] = self.health.get(code, 0) + count

    def _keep_movers(
        self,
        customers: Sequence[str],
        moved: Ints,
        money: Ints,
        was: Mapping[str, Ints],
        now: Mapping[str, Ints],
        most: int,
    ) -> None:
        richest = moved[np.argsort(-money[moved], kind="stable")[:most]].tolist()
        found = [
            (int(money[at]), customers[at], [(int(was[name][at]), int(now[name][at])) for name in DIMENSIONS])
            for at in richest
        ]
        self.movers = sorted([*self.movers, *found], key=lambda one: (-one[0], one[1]))[:most]

    def as_mapping(self) -> dict[str, Any]:
        """The result of a what-if, as JSON."""
        return {
            "customers": self.customers,
            "moved": self.moved,
            "moved_share": self.moved / self.customers if self.customers else 0.0,
            "dimensions": [self._dimension(name) for name in DIMENSIONS],
            "changes": [*self._changes(), *self._health_changes()],
            "movers": [
                {"customer": customer, "monetary_minor": money, "changes": _changes_of(codes)}
                for money, customer, codes in self.movers
            ],
        }

    def _dimension(self, name: str) -> dict[str, Any]:
        cells = [
            {"from": was, "to": now, "customers": customers, "monetary_minor": money}
            for was, now, customers, money in self._cells(name)
            if customers
        ]
        moves = [cell for cell in cells if cell["from"] != cell["to"]]
        return {
            "dimension": name,
            "moved": sum(cell["customers"] for cell in moves),
            "moved_monetary_minor": sum(cell["monetary_minor"] for cell in moves),
            "matrix": cells,
        }

    def _cells(self, name: str) -> Iterator[tuple[str | bool | None, str | bool | None, int, int]]:
        values = DIMENSIONS[name]
        for cell, (customers, money) in enumerate(zip(*self.cells[name], strict=True)):
            yield values[cell // len(values)], values[cell % len(values)], customers, money

    def _changes(self) -> Iterator[dict[str, Any]]:
        """How many customers would make each change of a shown dimension: what playbooks may answer."""
        for name in DIMENSIONS:
            for was, now, customers, _ in self._cells(name):
                if was != now and customers:
                    yield {"dimension": name, "from": was, "to": now, "customers": customers}

    def _health_changes(self) -> Iterator[dict[str, Any]]:
        for code, customers in sorted(self.health.items()):
            was, now = (None if each == _UNKNOWN_HEALTH else each for each in divmod(code, _HEALTHS))
            yield {"dimension": HEALTH, "from": was, "to": now, "customers": customers}


def _codes(columns: Columns) -> dict[str, Ints]:
    c = columns
    return {
        "segment": c.segment.astype(np.int64),
        "tier": c.tier.astype(np.int64),
        "stage": c.stage.astype(np.int64),
        "status": c.status.astype(np.int64) + 1,
        "key_account": c.key_account.astype(np.int64),
        "churn_band": c.churn_band.astype(np.int64) + 1,
    }


def _health(columns: Columns) -> Ints:
    """Whole points, as they are published; unknown where nobody bought."""
    return np.where(columns.bought, np.rint(columns.care_health).astype(np.int64), _UNKNOWN_HEALTH)


def _money_by(cells: Ints, money: Ints, size: int) -> Ints:
    """Exact sums: a float sum of a million customers' money would lose minor units."""
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, cells, money)
    return found


def _sum(before: Sequence[int], more: Ints) -> list[int]:
    return [one + other for one, other in zip(before, more.tolist(), strict=True)]


def _changes_of(codes: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    return [
        {"dimension": name, "from": values[was], "to": values[now]}
        for (name, values), (was, now) in zip(DIMENSIONS.items(), codes, strict=True)
        if was != now
    ]
