"""What should `guanxi demo` say? The sample's figures counted with pandas from the CSV file alone, no code of ours.

Written from the scoring model's text: the shop has only orders and refunds that name no order, so Engagement is 0,
nobody is above the brand tier, and money is what was paid less what was refunded, each on its own day.
"""

from datetime import date, datetime
from decimal import Decimal
from math import log
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

FILE: Final = Path("cli/src/guanxi_cli/data/online_retail_invoices.csv.gz")
SEGMENTS: Final = ["churned", "potential", "active", "high_value"]
TIERS: Final = ["distant", "brand"]
BANDS: Final = ["low", "medium", "high"]
DAY: Final = pd.Timedelta(days=1)


def read_invoices(now: datetime | None = None) -> pd.DataFrame:
    """The invoices; with the local `now`, moved by the most whole weeks that leave none in the future."""
    frame = pd.read_csv(FILE, dtype={"amount": str, "CustomerID": str, "InvoiceNo": str})
    frame["at"] = pd.to_datetime(frame["invoice_ts"])
    if now is not None:
        frame["at"] += 7 * DAY * ((pd.Timestamp(now) - frame["at"].max()) // (7 * DAY))
    frame["day"] = frame["at"].dt.normalize()
    sign = np.where(frame["is_cancel"] == 1, -1, 1)
    frame["minor"] = sign * frame["amount"].map(lambda amount: int(abs(round(100 * Decimal(amount))))).astype("int64")
    return frame


def count_year(invoices: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """A row a customer known up to the day, by CustomerID; None and NaN where the page says null."""
    today = pd.Timestamp(as_of)
    days = [_one_day(invoices, today - back * DAY) for back in range(31)]
    plain = days[0].copy()
    plain["segment"] = _best(days, "segment", SEGMENTS)
    plain["tier"] = _best(days, "tier", TIERS)
    lowest = pd.concat([day["band"] for day in days[:15]], axis=1).min(axis=1)
    plain["churn_band"] = [None if np.isnan(rank) else BANDS[int(rank)] for rank in lowest]
    plain["status"] = _status(invoices, plain["idle"], today)
    return plain[invoices[invoices["day"] <= today].groupby("CustomerID").size().reindex(plain.index).notna()]


def _best(days: list[pd.DataFrame], name: str, order: list[str]) -> list[str]:
    ranks = pd.concat([day[name] for day in days], axis=1).max(axis=1)
    return [order[int(rank)] for rank in ranks]


def _one_day(invoices: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """The unguarded figures of a day; segment, tier and band as ranks."""
    known = invoices[invoices["day"] <= today]
    known = known.assign(age=(today - known["day"]).dt.days)
    inside = known[known["age"] < 365]
    visits = known[known["minor"] > 0].drop_duplicates(["CustomerID", "day"])
    frame = pd.DataFrame(index=pd.Index(sorted(invoices["CustomerID"].unique()), name="CustomerID"))
    frame["idle"] = visits.groupby("CustomerID")["age"].min()
    frame["frequency"] = inside[inside["minor"] > 0].groupby("CustomerID").size()
    frame["monetary_minor"] = inside.groupby("CustomerID")["minor"].sum()
    frame = frame.fillna({"frequency": 0, "monetary_minor": 0}).astype({"frequency": int, "monetary_minor": "int64"})
    frame["segment"] = _segment(frame)
    frame["exchange"] = _exchange(known, visits).reindex(frame.index).fillna(0).round(6)
    frame["tier"] = ((frame["exchange"] >= 20) | (frame["idle"] < 180)).astype(int)
    frame["churn_risk"] = _risk(visits).reindex(frame.index).round(6)
    risk = frame["churn_risk"]
    frame["band"] = ((risk >= 0.4).astype(int) + (risk >= 0.7).astype(int)).where(risk.notna())
    return frame


def _segment(frame: pd.DataFrame) -> np.ndarray:
    r = 5 - sum((frame["idle"] > cut).astype(int) for cut in (15, 30, 75, 180))
    f = 1 + sum((frame["frequency"] > cut).astype(int) for cut in (1, 2, 3, 5))
    m = 1 + sum((frame["monetary_minor"] > cut).astype(int) for cut in (25000, 50000, 100000, 200000))
    rules = {
        "potential": frame["idle"].isna(),
        "churned": (r == 1) & (frame["idle"] >= 180),
        "high_value": (r >= 3) & (f + m >= 8),
        "active": ((r >= 3) & ((f >= 2) | (m == 5))) | (f + m >= 8),
    }
    return np.select(list(rules.values()), [SEGMENTS.index(name) for name in rules], SEGMENTS.index("potential"))


def _exchange(known: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    days = (2 ** (-visits["age"] / 90)).groupby(visits["CustomerID"]).sum()
    money = (known["minor"] * 2 ** (-known["age"] / 180)).groupby(known["CustomerID"]).sum().clip(lower=0)
    parts = pd.DataFrame({"days": 1 - 2 ** (-days / 2), "money": 1 - 2 ** (-money / 50000)}).fillna(0)
    return 50 * parts["days"] + 50 * parts["money"]


def _risk(visits: pd.DataFrame) -> pd.Series:
    by_customer = visits.groupby("CustomerID")["age"]
    tenure, idle = by_customer.max(), by_customer.min()
    repeats = (2 ** (-visits["age"] / 90)).groupby(visits["CustomerID"]).sum() - 2 ** (-tenure / 90)
    exposure = np.maximum(90 / log(2) * (1 - 2 ** (-tenure / 90)), idle)
    risk: pd.Series = ((60 + exposure) / (60 + exposure + 90)) ** (0.5 + repeats)
    return risk


def _status(invoices: pd.DataFrame, idle: pd.Series, today: pd.Timestamp) -> list[str | None]:
    visits = invoices[(invoices["minor"] > 0) & (invoices["day"] <= today)].drop_duplicates(["CustomerID", "day"])
    visits = visits.sort_values(["CustomerID", "day"])
    gap = visits.groupby("CustomerID")["day"].diff()
    back = set(visits[(gap > 365 * DAY) & (today - visits["day"] < 60 * DAY)]["CustomerID"])
    status = pd.Series("active", index=idle.index, dtype=object)
    status[idle >= 180] = "dormant"
    status[idle >= 365] = "lost"
    status[idle.index.isin(back)] = "reactivated"
    status[idle.isna()] = None
    return list(status)
