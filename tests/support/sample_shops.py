"""Which real shops can be judged without a running system? Two samples as states of many customers.

CDNOW: each customer-day is one order (scoring-model.md section 5). Online Retail: one order an invoice, cancellations
are refunds that name no order, as the importer's mapping tells them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from scoring.domain.state.arrays import Arrays, pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.effects import Order, Refund
from scoring.domain.state.state import State

CDNOW: Final = Path("tests/data/cdnow_sample.csv.gz")
ONLINE_RETAIL: Final = Path("cli/src/guanxi_cli/data/online_retail_invoices.csv.gz")
DAY_US: Final = 86_400_000_000

Paid = tuple[str, str, int, int]
"""customer, id, day number, minor units; below 0 for a refund"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A sample, its licence, and a day from which a backtest predicts."""

    name: str
    title: str
    source: str
    currency: str
    read: Callable[[], Iterator[Paid]]
    as_of: date
    horizon_days: int

    def states(self) -> dict[str, State]:
        """The state of each customer, ascending by id."""
        by_customer: dict[str, list[Order | Refund]] = {}
        for customer, name, day, minor in self.read():
            who, at = (day * DAY_US, self.name, name), f"event:{name}"
            effect: Order | Refund = (
                Refund(*who, "", at, day, -minor, -minor, self.currency)
                if minor < 0
                else Order(*who, at, day, minor, minor, self.currency)
            )
            by_customer.setdefault(customer, []).append(effect)
        states: dict[str, State] = {}
        for customer in sorted(by_customer):
            states[customer] = State()
            states[customer].apply(by_customer[customer])
        return states

    def arrays(self) -> Arrays:
        return pack_states(self.states().values())


def _cdnow() -> Iterator[Paid]:
    frame = pd.read_csv(CDNOW, dtype={"sample_id": str})
    frame["minor"] = (frame["amount"] * 100).round().astype("int64")
    days = frame.groupby(["sample_id", "date"])["minor"].sum().reset_index()
    for customer, day, minor in days.itertuples(index=False):
        yield customer, f"{customer}-{day}", day_number(date.fromisoformat(day)), int(minor)


def _online_retail() -> Iterator[Paid]:
    frame = pd.read_csv(ONLINE_RETAIL, dtype={"InvoiceNo": str, "CustomerID": str})
    frame["minor"] = (frame["amount"].abs() * 100).round().astype("int64") * (1 - 2 * frame["is_cancel"])
    for row in frame.itertuples():
        day = day_number(date.fromisoformat(str(row.invoice_ts)[:10]))
        yield str(row.CustomerID), str(row.InvoiceNo), day, int(str(row.minor))


SHOPS: Final = {
    "cdnow": Shop(
        name="cdnow",
        title="CDNOW, a music shop, 1997 to 1998",
        source="CDNOW 1/10 sample, Fader and Hardie; cite Fader, Hardie, Lee, Marketing Science 24(2), 2005",
        currency="USD",
        read=_cdnow,
        as_of=date(1997, 9, 30),
        horizon_days=273,
    ),
    "online_retail": Shop(
        name="online_retail",
        title="Online Retail, a gift wholesaler, 2010 to 2011",
        source="Online Retail, UCI Machine Learning Repository (Chen, Sain, Guo 2012), CC BY 4.0",
        currency="GBP",
        read=_online_retail,
        as_of=date(2011, 9, 10),
        horizon_days=90,
    ),
}
