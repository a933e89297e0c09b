"""What does the system make of the sample? The figures of the report, asked of scoring over HTTP."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guanxi_cli.asking import Service
from guanxi_cli.demo.figures import counted, money
from guanxi_cli.demo.whole_base import Base, read_base
from guanxi_cli.local.problem import Problem

TOP: Final = 10
STATUSES: Final = ("active", "reactivated", "dormant", "lost", None)
BANDS: Final = ("low", "medium", "high", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Customers of one value of a dimension; shares from 0 to 1; `name` None: not known, for want of a purchase."""

    name: str | None
    customers: int
    share: float
    monetary_minor: int
    monetary_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """A valuable customer whose churn band is not low, and why, in one sentence."""

    customer: str
    known_as: str
    monetary_minor: int
    segment: str
    tier: str
    churn_band: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the report tells."""

    as_of: str
    currency: str
    dimensions: Mapping[str, Sequence[Group]]
    base: Base
    at_risk: Sequence[AtRisk]
    card: Mapping[str, Any]

    @property
    def customers(self) -> int:
        """All whom the system knows."""
        return sum(group.customers for group in self.dimensions["segment"])

    @property
    def monetary_minor(self) -> int:
        """What all of them paid in 12 months, less what was refunded."""
        return sum(group.monetary_minor for group in self.dimensions["segment"])

    def sentence(self) -> str:
        """The whole in a line."""
        people, total = counted(self.customers, "customer", "customers"), money(self.monetary_minor, self.currency)
        return f"{people}, {total} net in the last 12 months, as of {self.as_of}."

    def title_of_risk(self) -> str:
        """What stands above `at_risk`."""
        several = counted(len(self.at_risk), "most valuable customer", "most valuable customers")
        return f"The {several} whose churn band is not low, and why"


async def read_story(scoring: Service) -> Story:
    """Ask scoring. Problem when it refuses."""
    segments, tiers = [await scoring.get(f"/v1/reports/{name}") for name in ("segments", "tiers")]
    rows = await _all_customers(scoring)
    if not rows:
        raise Problem("scoring knows no customers: was the sample loaded? See guanxi status")
    at_risk = [await _why(scoring, row) for row in _valuable(rows)]
    chosen = at_risk[0].customer if at_risk else rows[0]["customer"]
    card = await scoring.get(f"/v1/customers/{chosen}")
    return Story(
        as_of=card["as_of"],
        currency=card["currency"],
        dimensions={
            "segment": [Group(**row) for row in segments["data"]],
            "tier": [Group(**row) for row in tiers["data"]],
            "status": _groups(rows, "status", STATUSES),
            "churn band": _groups(rows, "churn_band", BANDS),
        },
        base=await read_base(scoring),
        at_risk=at_risk,
        card={name: value for name, value in card.items() if name != "freshness"},
    )


async def _all_customers(scoring: Service) -> list[dict[str, Any]]:
    """Every customer, the most valuable first."""
    rows: list[dict[str, Any]] = []
    query = {"sort": "-monetary_minor", "limit": "100"}
    while True:
        page = await scoring.get("/v1/customers", **query)
        rows += page["data"]
        if not page["has_more"]:
            return rows
        query["cursor"] = page["next_cursor"]


def _valuable(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["churn_band"] in ("medium", "high")][:TOP]


async def _why(scoring: Service, row: Mapping[str, Any]) -> AtRisk:
    explanation = await scoring.get(f"/v1/customers/{row['customer']}/explain", score="churn_risk")
    newest = await scoring.get(f"/v1/customers/{row['customer']}/timeline", limit="20")
    told = (event["data"].get("identifiers") for event in newest["data"])
    names: dict[str, str] = next(filter(None, told), {})
    return AtRisk(
        customer=row["customer"],
        known_as=next((f"{kind}:{value}" for kind, value in names.items()), row["customer"]),
        monetary_minor=row["monetary_minor"],
        segment=row["segment"],
        tier=row["tier"],
        churn_band=row["churn_band"],
        sentence=explanation["sentence"],
    )


def _groups(rows: Sequence[Mapping[str, Any]], name: str, values: Sequence[str | None]) -> list[Group]:
    customers: defaultdict[str | None, int] = defaultdict(int)
    paid: defaultdict[str | None, int] = defaultdict(int)
    for row in rows:
        customers[row[name]] += 1
        paid[row[name]] += row["monetary_minor"]
    total = sum(paid.values())
    return [
        Group(
            name=value,
            customers=customers[value],
            share=customers[value] / len(rows),
            monetary_minor=paid[value],
            monetary_share=paid[value] / total if total else 0.0,
        )
        for value in values
        if customers[value]
    ]
