"""Do the RFM figures and segments of a real shop's year equal an independent pandas count?"""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from tests.unit.scoring.build import POLICY

from scoring.domain.card import score
from scoring.domain.columns import Columns
from scoring.domain.policy.policy import SEGMENTS
from scoring.domain.rfm import CHINESE
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.currency import Money
from scoring.domain.state.effects import effects
from scoring.domain.state.state import State
from scoring.domain.status import STATUSES

FILE = Path("cli/src/guanxi_cli/data/online_retail_invoices.csv.gz")
AS_OF = date(2011, 12, 10)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    frame = pd.read_csv(FILE)
    frame["minor"] = (frame["amount"] * 100).round().astype("int64")
    frame["at"] = pd.to_datetime(frame["invoice_ts"])
    frame["day"] = frame["at"].dt.normalize()
    return frame


@pytest.fixture(scope="module")
def scored(invoices: pd.DataFrame) -> Columns:
    """The shop's customers, ascending by id, as the importer's mapping tells them."""
    money = Money(base_currency="GBP")
    states: dict[int, State] = {customer: State() for customer in sorted(invoices["CustomerID"].unique())}
    for row in invoices.itertuples():
        time = datetime.fromisoformat(str(row.invoice_ts)).replace(tzinfo=ZONE)
        data = {"amount_minor": abs(int(str(row.minor))), "currency": "GBP"}
        type_ = "order.refunded" if row.is_cancel else "order.completed"
        if not row.is_cancel:
            data["order_id"] = str(row.InvoiceNo)
        found = effects(type_, data, time, "shop", str(row.InvoiceNo), POLICY, ZONE, money)
        states[int(str(row.CustomerID))].apply(found)
    return score(pack_states(states.values()), AS_OF, POLICY, POLICY.fixed)


def count(invoices: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """RFM straight from the invoices: a row a customer, ascending by id; r 0 where nothing was bought yet."""
    known = invoices[invoices["day"] <= as_of]
    inside = known[known["day"] > as_of - pd.Timedelta(days=365)]
    bought = known[(known["is_cancel"] == 0) & (known["minor"] > 0)]
    frame = pd.DataFrame(index=pd.Index(sorted(invoices["CustomerID"].unique())))
    frame["idle"] = (as_of - bought.groupby("CustomerID")["day"].max()).dt.days
    frame["f_count"] = inside[(inside["is_cancel"] == 0) & (inside["minor"] > 0)].groupby("CustomerID").size()
    frame["money"] = inside.groupby("CustomerID")["minor"].sum()
    frame = frame.fillna({"f_count": 0, "money": 0})
    frame["r"] = 5 - sum((frame["idle"] > cut).astype(int) for cut in (15, 30, 75, 180))
    frame["f"] = 1 + sum((frame["f_count"] > cut).astype(int) for cut in (1, 2, 3, 5))
    frame["m"] = 1 + sum((frame["money"] > cut).astype(int) for cut in (25000, 50000, 100000, 200000))
    fm = frame["f"] + frame["m"]
    rules = [
        frame["idle"].isna(),
        (frame["r"] == 1) & (frame["idle"] >= 180),
        (frame["r"] >= 3) & (fm >= 8),
        ((frame["r"] >= 3) & ((frame["f"] >= 2) | (frame["m"] == 5))) | (fm >= 8),
    ]
    frame["segment"] = np.select(rules, ["potential", "churned", "high_value", "active"], "potential")
    return frame


def test_recency_frequency_money_and_ranks_equal_the_pandas_count(invoices: pd.DataFrame, scored: Columns) -> None:
    plain = count(invoices, pd.Timestamp(AS_OF))
    bought = plain["idle"].notna().to_numpy()
    assert scored.size == len(plain) == 4372
    assert (scored.bought == bought).all()
    assert (scored.recency_days[bought] == plain["idle"].to_numpy()[bought]).all()
    assert (scored.frequency == plain["f_count"]).all()
    assert (scored.monetary_minor == plain["money"]).all()
    for name in "rfm":
        assert (getattr(scored, name)[bought] == plain[name].to_numpy()[bought]).all()


def test_segments_of_the_day_and_shown_equal_the_pandas_count(invoices: pd.DataFrame, scored: Columns) -> None:
    days = [pd.Timestamp(AS_OF) - pd.Timedelta(days=back) for back in range(31)]
    plain = [count(invoices, day)["segment"] for day in days]
    assert [SEGMENTS[number] for number in scored.raw_segment] == plain[0].tolist()
    ranks = np.array([segments.map(list(SEGMENTS).index) for segments in plain])
    assert (scored.segment == ranks.max(axis=0)).all()
    assert np.bincount(scored.raw_segment).min() > 100  # every segment is really there


def test_chinese_eight_and_status_equal_the_pandas_count(invoices: pd.DataFrame, scored: Columns) -> None:
    plain = count(invoices, pd.Timestamp(AS_OF))
    buyers = plain[plain["idle"].notna()]
    named = {"HHH": "重要价值", "HLH": "重要发展", "LHH": "重要保持", "LLH": "重要挽留"}
    named |= {"HHL": "一般价值", "HLL": "一般发展", "LHL": "一般保持", "LLL": "一般挽留"}
    letters = ["".join("H" if rank >= 4 else "L" for rank in row) for row in buyers[["r", "f", "m"]].to_numpy()]
    assert [CHINESE[number] for number in scored.chinese[scored.bought]] == [named[each] for each in letters]
    visits = invoices[(invoices["is_cancel"] == 0) & (invoices["minor"] > 0)].drop_duplicates(["CustomerID", "day"])
    visits = visits.sort_values(["CustomerID", "day"])
    gap = visits.groupby("CustomerID")["day"].diff().dt.days
    back = visits[(gap > 365) & ((pd.Timestamp(AS_OF) - visits["day"]).dt.days < 60)]["CustomerID"]
    status = pd.Series("active", index=buyers.index)
    status[buyers["idle"] >= 180] = "dormant"
    status[buyers["idle"] >= 365] = "lost"
    status[back] = "reactivated"
    assert [STATUSES[number] for number in scored.status[scored.bought]] == status.tolist()
