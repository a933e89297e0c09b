"""Does `guanxi demo` tell of a real shop's year what an independent count with pandas tells?

The report counts every customer of a system, so the tests that share this one leave no customers in it.
"""

import asyncio
import os
import re
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pandas as pd
import pytest
import pytest_asyncio
from tests.support.shop_year import count_year, read_invoices
from typer.testing import CliRunner

from common.identity import IdentityKey
from guanxi_cli.__main__ import make_app
from guanxi_cli.demo.people import sample_people
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials

ZONE = ZoneInfo("Asia/Shanghai")
DIMENSIONS = {"segment": "segment", "tier": "tier", "status": "status", "churn band": "churn_band"}
SHOWN = ["segment", "tier", "status", "churn_band", "frequency", "monetary_minor"]
RECORDED = date(2011, 12, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the demo printed and wrote, as plain words, beside what it should tell."""

    terminal: str
    page: str
    again: str
    invoices: pd.DataFrame
    year: pd.DataFrame


async def run_demo(home: Home) -> str:
    """The command's output at 100 columns, its frames and line ends turned into single spaces."""
    environment = os.environ | {"COLUMNS": "100"}
    command = (sys.executable, "-m", "guanxi_cli", "demo", "--home", str(home.folder))
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, output.decode()
    return words(output.decode())


async def guanxi(home: Home, *arguments: str) -> str:
    """What a command prints that needs no process of its own."""
    environment = {"COLUMNS": "100", "GUANXI_HOME": str(home.folder)}
    result = await asyncio.to_thread(CliRunner().invoke, make_app(), arguments, env=environment)
    assert result.exit_code == 0, result.output
    return words(result.output)


def words(text: str) -> str:
    """Without bars, frames and line ends."""
    return " ".join(re.sub(r"[─-╿█]", " ", text).split())


@pytest_asyncio.fixture(scope="module")
async def told(system: Home) -> Told:
    invoices = read_invoices(datetime.now(ZONE).replace(tzinfo=None))
    terminal = await run_demo(system)
    page = (system.folder / "report.html").read_text()
    as_of = re.search(r"as of (\d{4}-\d\d-\d\d)", terminal, re.IGNORECASE)
    assert as_of
    year = count_year(invoices, date.fromisoformat(as_of[1]))
    return Told(terminal=terminal, page=page, again=await run_demo(system), invoices=invoices, year=year)


def rows_of(year: pd.DataFrame, column: str) -> list[str]:
    """The rows of the report's table of a dimension, the bars left out."""
    names = year[column].where(year[column].notna(), "no purchase")
    groups = year.groupby(names)["monetary_minor"].agg(["size", "sum"])
    total = groups["sum"].sum()
    return [
        f"{name} {group['size']:,} {group['size'] / len(year):.1%} "
        f"{group['sum'] / 100:,.0f} GBP {group['sum'] / total:.1%}".replace("-0.0%", "0.0%")
        for name, group in groups.iterrows()
    ]


def at_risk(year: pd.DataFrame) -> pd.DataFrame:
    return year[year["churn_band"].isin(["medium", "high"])].nlargest(10, "monetary_minor")


def plain(page: str) -> str:
    """The words of the page's body."""
    body = page.split("<body>")[1]
    return " ".join(unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)).split())


def test_the_demo_tells_how_many_events_and_customers_there_are(told: Told) -> None:
    assert "22,190 events accepted" in told.terminal
    assert f"4,372 customers, {told.year['monetary_minor'].sum() / 100:,.0f} GBP" in told.terminal
    assert len(told.year) == 4372


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_customers_and_money_of_every_group_equal_the_pandas_count(told: Told, dimension: str) -> None:
    rows = rows_of(told.year, DIMENSIONS[dimension])
    assert len(rows) >= 2
    for row in rows:
        assert row in told.terminal
        assert row in plain(told.page)


def test_the_true_pareto_share_is_that_of_pandas(told: Told) -> None:
    paying = told.year["monetary_minor"][told.year["monetary_minor"] > 0].sort_values(ascending=False)
    share = paying.head(-(-len(paying) // 5)).sum() / paying.sum()
    sentence = f"The top 20% of {len(paying):,} paying customers bring {share:.1%} of the money of 12 months"
    assert sentence in told.terminal
    assert sentence in plain(told.page)


def test_the_ten_most_valuable_at_risk_are_those_of_pandas_in_order(told: Told) -> None:
    expected = at_risk(told.year)
    money = [f"{minor / 100:,.0f} GBP" for minor in expected["monetary_minor"].tolist()]
    names = [f"user_id:{customer}" for customer in expected.index]
    standing = [expected[name].tolist() for name in ("segment", "tier", "churn_band")]
    lines = list(zip(names, money, *standing, strict=True))
    line = r"(user_id:\d+) ([\d,]+ GBP), (\w+), (\w+), churn band (\w+) Churn risk is"
    assert re.findall(line, told.terminal) == lines
    assert re.findall(line, plain(told.page)) == lines


def test_the_sample_answers_give_the_nps_of_the_plain_formula(told: Told) -> None:
    scores = [person.score for person in sample_people()]
    n, promoters = len(scores), sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    p, q = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    margin = 1.959964 * ((p + q - (p - q) ** 2) / (n + 3)) ** 0.5
    low, high = 100 * (p - q - margin), 100 * (p - q + margin)
    sentence = f"NPS {100 * (promoters - detractors) / n:+.1f} (n = {n}, 95% interval {low:+.1f} to {high:+.1f})"
    assert sentence in told.terminal
    assert sentence in plain(told.page)


def test_every_unhappy_answer_opens_a_case_and_asks_for_a_call(told: Told) -> None:
    unhappy = sum(person.score <= 6 for person in sample_people())
    for report in (told.terminal, plain(told.page)):
        assert f"held out by lot; {unhappy} cases opened." in report
        assert f"{unhappy} cases opened ({unhappy - 1} open, 1 resolved), 0 overdue." in report
        assert report.count("resolved (sample staff)") == 1
    assert re.search(rf"complaint_recovery {unhappy} ", told.terminal)


def test_every_promoter_is_thanked_but_who_did_not_consent_or_was_held_out(told: Told) -> None:
    promoters = [person for person in sample_people() if person.score >= 9]
    row = re.search(r"promoter_thanks (\d+) (\d+) (\d+) (\d+) (\d+) the customer has not allowed", told.terminal)
    assert row, told.terminal
    occasions, sent, with_staff, held_out, refused = map(int, row.groups())
    assert (occasions, with_staff) == (len(promoters), 0)
    assert refused == sum(not person.consents for person in promoters)
    assert sent + held_out + refused == occasions


def test_a_year_of_history_fires_no_care(told: Told) -> None:
    care = told.terminal[told.terminal.index("By playbook") : told.terminal.index("Tasks:")]
    for playbook in ("win_back_high_value", "delivery_check", "birthday", "key_account_care"):
        assert playbook not in care


def test_the_page_asks_nothing_of_the_network(told: Told) -> None:
    outside = r"""(?:src|href|action|data|poster)\s*=\s*["']?|url\(|@import|srcset"""
    markup = re.sub(r"<script>.*?</script>", "", told.page, flags=re.DOTALL)
    assert re.findall(outside, markup, re.IGNORECASE) == []
    assert markup.count('id="chart-') == told.page.count("echarts.init(") * len(DIMENSIONS)


def test_a_second_demo_changes_nothing(told: Told) -> None:
    assert "22,190 events accepted, 22,190 of them known already" in told.again
    before, after = (output[output.index("By segment") :] for output in (told.terminal, told.again))
    assert after == before


async def test_every_customer_of_the_list_equals_pandas(system: Home, told: Told) -> None:
    async with scoring(system) as client:
        rows = await all_rows(client)
    got, expected = pd.DataFrame(rows).set_index("customer"), told.year
    expected = expected.set_index(pd.Index(own_ids(system, expected)))
    assert set(got.index) == set(expected.index)
    got = got.reindex(expected.index)
    for name in SHOWN:
        assert got[name].where(got[name].notna(), None).tolist() == expected[name].tolist(), name
    assert got["recency_days"].fillna(-1).tolist() == expected["idle"].fillna(-1).tolist()
    assert (got["churn_risk"].fillna(-1) - expected["churn_risk"].fillna(-1)).abs().max() <= 1.1e-6


async def test_cards_as_of_the_day_after_the_last_invoice_equal_pandas(system: Home, told: Told) -> None:
    as_of = told.invoices["day"].max().date() + timedelta(days=1)
    year = count_year(told.invoices, as_of)
    recorded = count_year(read_invoices(), RECORDED + timedelta(days=1))
    assert recorded.equals(year)  # whole weeks move nothing but the dates
    some = year.iloc[:: len(year) // 12]
    async with scoring(system) as client:
        for own_id, (_, expected) in zip(own_ids(system, some), some.iterrows(), strict=True):
            answer = await client.get(f"/v1/customers/{own_id}", params={"as_of": as_of.isoformat()})
            card = answer.json()
            found = card | card["rfm"] | {"segment": card["segment"]}
            assert [found[name] for name in SHOWN] == [expected[name] for name in SHOWN]
            assert card["scores"]["exchange"] == pytest.approx(expected["exchange"], abs=1.1e-6)


async def test_a_draft_is_tested_and_compared_by_command_and_moves_whom_pandas_says(
    system: Home, told: Told, tmp_path: Path
) -> None:
    """Drafts judge nobody: whatever else uses the system sees nothing of this."""
    shipped = Path("policies", "scoring.yaml").read_text("utf-8")  # noqa: ASYNC240 - a small file
    draft = tmp_path / "early.yaml"
    draft.write_text(shipped.replace("status: {dormant_from_days: 180", "status: {dormant_from_days: 90"))
    assert " 0 failed" in await guanxi(system, "policy", "test", str(draft))
    drafted = await guanxi(system, "policy", "draft", str(draft), "--version", "early", "--note", "wake them earlier")
    assert "Next: guanxi policy what-if early" in drafted
    assert "status.dormant_from_days 180 90" in await guanxi(system, "policy", "diff", "live", "early")
    compared = await guanxi(system, "policy", "what-if", "early")
    year = told.year
    moving = year[(year["status"] == "active") & (year["idle"] >= 90)]
    assert len(moving) > 100
    assert f"would move {len(moving):,} of {len(year):,} customers ({len(moving) / len(year):.1%})" in compared
    money = moving["monetary_minor"].sum() / 100
    assert f"status: {len(moving):,} move, with {money:,.0f} GBP a year" in compared
    assert "Nobody moves in segment, tier, stage, key_account, churn_band." in compared
    assert "win_back_high_value: no trigger on changes of this cause" in compared


def scoring(home: Home) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {read_credentials(home)['admin_key']}"}
    return httpx.AsyncClient(base_url=home.url("scoring"), headers=headers, timeout=30)


def own_ids(home: Home, year: pd.DataFrame) -> list[str]:
    key = IdentityKey.load(Path(home.folder, "identity.key"))
    return [key.own_id("user_id", str(customer)) for customer in year.index]


async def all_rows(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query = {"limit": "100"}
    while True:
        page = (await client.get("/v1/customers", params=query)).json()
        rows += page["data"]
        if not page["has_more"]:
            return rows
        query["cursor"] = page["next_cursor"]
