"""Do the base reports of a real shop's year equal an independent pandas count?"""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from tests.unit.scoring.build import POLICY
from tests.unit.scoring.test_online_retail import FILE

from scoring.domain.reports.pareto import pareto
from scoring.domain.reports.recency_histogram import FIRST_DAYS, bins, histogram
from scoring.domain.reports.retention import buyers, cohorts
from scoring.domain.rfm import days_idle, money_in_window
from scoring.domain.state.arrays import Arrays, pack_states
from scoring.domain.state.currency import Money
from scoring.domain.state.days import day_number
from scoring.domain.state.effects import Effect, effects
from scoring.domain.state.state import State

AS_OF = date(2011, 11, 30)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    frame = pd.read_csv(FILE)
    frame["minor"] = (frame["amount"] * 100).round().astype("int64")
    frame["day"] = pd.to_datetime(frame["invoice_ts"]).dt.normalize()
    return frame[frame["day"] <= pd.Timestamp(AS_OF)]


@pytest.fixture(scope="module")
def shop(invoices: pd.DataFrame) -> Arrays:
    """Customers ascending by id, of the orders and refunds that lie up to the day."""
    return pack_states(_states(invoices))


def _states(invoices: pd.DataFrame) -> Iterator[State]:
    money, found = Money(base_currency="GBP"), dict[int, list[Effect]]()
    for row in invoices.sort_values("CustomerID", kind="stable").itertuples():
        time = datetime.fromisoformat(str(row.invoice_ts)).replace(tzinfo=ZONE)
        data = {"amount_minor": abs(int(str(row.minor))), "currency": "GBP"}
        type_ = "order.refunded" if row.is_cancel else "order.completed"
        told = effects(type_, data, time, "shop", str(row.InvoiceNo), POLICY, ZONE, money)
        found.setdefault(int(str(row.CustomerID)), []).extend(told)
    for effects_of_one in found.values():
        state = State()
        state.apply(effects_of_one)
        yield state


def test_the_pareto_share_is_that_of_the_invoices_and_not_80_20(invoices: pd.DataFrame, shop: Arrays) -> None:
    inside = invoices[invoices["day"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=365)]
    plain = inside.groupby("CustomerID")["minor"].sum()
    paying = plain[plain > 0].sort_values(ascending=False)
    found = pareto(money_in_window(shop, day_number(AS_OF), 365), POLICY.fixed.key_account_minor)
    top = -(-len(paying) // 5)
    assert (found.customers, found.monetary_minor) == (len(paying), paying.sum())
    assert found.top_share == pytest.approx(paying.head(top).sum() / paying.sum())
    assert found.top_share is not None
    assert 0.70 < found.top_share < 0.78, "steeper than even, and not 80/20"
    assert found.customers_of_80_percent == int((paying.cumsum() < 0.8 * paying.sum()).sum()) + 1
    differences = np.abs(np.subtract.outer(paying.to_numpy(), paying.to_numpy())).sum()
    assert found.gini == pytest.approx(differences / (2 * len(paying) * paying.sum()))
    assert found.key_accounts == int((paying >= POLICY.fixed.key_account_minor).sum())


def test_retention_equals_the_months_of_the_invoices(invoices: pd.DataFrame, shop: Arrays) -> None:
    bought = invoices[(invoices["is_cancel"] == 0) & (invoices["minor"] > 0)].copy()
    bought["month"] = bought["day"].dt.to_period("M")
    bought["first"] = bought.groupby("CustomerID")["month"].transform("min")
    plain = bought.groupby(["first", "month"])["CustomerID"].nunique().unstack(fill_value=0)
    found = buyers(shop, day_number(AS_OF), 12)
    told = cohorts(found, day_number(AS_OF))
    assert (
        [one.month for one in told]
        == [str(month) for month in plain.index]
        == [f"2010-{12}"] + [f"2011-{month:02}" for month in range(1, 12)]
    )
    for at, one in enumerate(told):
        assert [one.customers, *one.again] == plain.iloc[at, at:].tolist()
    days = bought.groupby("CustomerID")["day"].nunique()
    assert (found.buyers, found.repeaters) == (len(days), int((days > 1).sum()))


def test_the_recency_histogram_equals_the_invoices(invoices: pd.DataFrame, shop: Arrays) -> None:
    bought = invoices[(invoices["is_cancel"] == 0) & (invoices["minor"] > 0)]
    plain = (pd.Timestamp(AS_OF) - bought.groupby("CustomerID")["day"].max()).dt.days
    idle = days_idle(shop, day_number(AS_OF))
    known = idle >= 0
    found = bins(histogram(idle[known], money_in_window(shop, day_number(AS_OF), 365)[known], np.zeros(known.sum())))
    counted = pd.cut(plain, [*FIRST_DAYS, np.inf], right=False).value_counts(sort=False)
    assert [one.customers for one in found] == counted.tolist()
