"""Are the figures of reports counted right? Answers of known customers, asks of known fates, and cases."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.support.feedback_app import clerk_of, feedback_settings, meet
from tests.support.mirror import evaluated, identity_fact, received

from common.database import Database
from feedback.consumers.mirror import handle as mirror

NOW = datetime.now(UTC)
SURVEY = "nps_relationship"
_REQUEST = text(
    """
    INSERT INTO request (survey, kind, wave, customer, state, reason, occasion_source, occasion_id, occasion_at,
                         asked_at, sent_at, throttle_exempt, reminder_of)
    VALUES (:survey, 'nps', :wave, :customer, :state, :reason, 'test', :id, :at, :at, :sent_at, :exempt, :reminder_of)
    RETURNING request_id
    """
)
_ANSWER = text(
    """
    INSERT INTO answer (source, id, survey, version, kind, wave, touchpoint, customer, channel, answered_at,
                        rating_kind, rating_value, rating_min, rating_max, answers, request_id, origin)
    VALUES ('test', :id, :survey, 1, :kind, :wave, :touchpoint, :customer, 'survey', :at, :kind, :value, :least, :most,
            CAST(:answers AS jsonb), :request_id, 'api')
    """
)
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


class Fill:
    """Writes answers and asks straight into the tables, each with an id of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0

    async def ask(
        self, customer: str, *, wave: str | None = None, state: str = "sent", survey: str = SURVEY, **told: Any
    ) -> str:
        self._number += 1
        sent = state in ("sent", "answered", "expired")
        values = {
            "survey": survey, "wave": wave, "customer": customer, "state": state, "reason": told.get("reason"),
            "id": f"ask-{self._number}", "at": NOW, "sent_at": NOW if told.get("delivered", sent) else None,
            "exempt": told.get("exempt", False), "reminder_of": told.get("reminder_of"),
        }  # fmt: skip
        async with self._database.transaction() as connection:
            return str((await connection.execute(_REQUEST, values)).scalar_one())

    async def answer(self, customer: str, value: float, kind: str = "nps", **told: Any) -> None:
        self._number += 1
        least, most = told.get("scale", SCALES[kind])
        values = {
            "id": f"a-{self._number}", "survey": told.get("survey", SURVEY), "kind": kind, "wave": told.get("wave"),
            "touchpoint": told.get("touchpoint"), "customer": customer, "at": told.get("at", NOW), "value": value,
            "least": least, "most": most, "answers": json.dumps(told.get("answers", [])),
            "request_id": told.get("request_id"),
        }  # fmt: skip
        async with self._database.transaction() as connection:
            await connection.execute(_ANSWER, values)

    async def answers(self, prefix: str, values: list[int], kind: str = "nps", **told: Any) -> None:
        for place, value in enumerate(values):
            await self.answer(f"{prefix}-{place}", value, kind, **told)


@pytest_asyncio.fixture
async def clerk(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with clerk_of(feedback_settings(database, tmp_path)) as client:
        yield client


@pytest.fixture
def fill(database: Database) -> Fill:
    return Fill(database)


async def report(clerk: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await clerk.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body["freshness"]["lag_events"] == 0
    return body


async def tell(database: Database, *events: Any) -> None:
    async with database.transaction() as connection:
        await mirror(connection, received(events))


async def test_one_wave_is_told_with_its_margin_and_the_change_since_the_one_before(
    clerk: httpx.AsyncClient, fill: Fill
) -> None:
    await fill.answers("c", [9] * 50 + [8] * 30 + [6] * 20, wave="2026-Q3")
    await fill.answers("c", [10] * 60 + [7] * 25 + [0] * 15, wave="2026-Q4")
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?wave=2026-Q4")
    assert (told["kind"], told["overall"]["n"], told["overall"]["value"]) == ("nps", 100, 45)
    assert told["overall"]["counts"] == {"promoters": 60, "passives": 25, "detractors": 15}
    assert told["wave_before"] == "2026-Q3"
    assert told["change"]["sentence"] == "+15.0 points: not significant (p = .170)"
    assert [(wave["group"], wave["n"]) for wave in told["waves"]] == [("2026-Q3", 100), ("2026-Q4", 100)]
    first, second = told["waves"]
    assert first["sentence"] == "NPS +30.0 (n = 100, 95% interval +14.1 to +44.2)"
    assert first["sentences"] == {"zh": "NPS +30.0（n = 100，95% 置信区间 +14.1 至 +44.2）", "en": first["sentence"]}
    assert first["margin"] == pytest.approx((first["high"] - first["low"]) / 2)
    assert (first["difference"], second["difference"]["significant"]) == (None, False)
    assert (await report(clerk, f"/v1/surveys/{SURVEY}/report"))["overall"]["n"] == 200


async def test_of_several_answers_of_a_customer_in_a_wave_the_last_counts(
    database: Database, clerk: httpx.AsyncClient, fill: Fill
) -> None:
    await tell(database, *identity_fact(0, "customer.merged", "c-alias", "c-1"))
    await fill.answer("c-1", 0, wave="2026-Q4", at=NOW - timedelta(hours=1))
    await fill.answer("c-alias", 10, wave="2026-Q4", at=NOW)
    await fill.answer("c-1", 5, wave="2026-Q4", at=NOW - timedelta(hours=2))
    await fill.answer("c-2", 9, wave="2026-Q4", at=NOW)
    await fill.answer("c-2", 0, wave="2026-Q4", at=NOW)
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?wave=2026-Q4")
    assert told["overall"]["counts"] == {"promoters": 1, "passives": 0, "detractors": 1}
    await tell(database, *identity_fact(1, "customer.unmerged", "c-alias", "c-1"))
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?wave=2026-Q4")
    assert told["overall"]["counts"] == {"promoters": 1, "passives": 0, "detractors": 2}


async def test_answers_without_a_wave_count_one_by_one(clerk: httpx.AsyncClient, fill: Fill) -> None:
    for value in (5, 5, 2):
        await fill.answer("c-1", value, "csat", survey="csat_delivery", touchpoint="delivery")
    told = await report(clerk, "/v1/surveys/csat_delivery/report?by=touchpoint")
    assert (told["overall"]["n"], told["overall"]["value"]) == (3, pytest.approx(200 / 3))
    assert told["overall"]["beside"]["value"] == 4
    assert [(group["group"], group["n"]) for group in told["groups"]] == [("delivery", 3)]
    assert told["overall"]["sentence"].endswith("mean 4.00 of 5: too few for a trend")


async def test_the_response_rate_is_of_delivered_asks_and_what_is_apart_stands_apart(
    clerk: httpx.AsyncClient, fill: Fill
) -> None:
    first = await fill.ask("c-1", wave="W", state="answered")
    await fill.ask("c-1", wave="W", state="answered", reminder_of=first)
    await fill.answer("c-1", 10, wave="W", request_id=first)
    await fill.ask("c-2", wave="W")
    await fill.ask("c-3", wave="W", state="expired")
    await fill.ask("c-4", wave="W", state="not_sent", reason="no_consent")
    await fill.ask("c-5", wave="W", state="skipped", reason="any_14d")
    undelivered = await fill.ask("c-6", wave="W", state="answered", delivered=False)
    await fill.answer("c-6", 0, wave="W", request_id=undelivered)
    again = await fill.ask("c-7", state="answered", exempt=True)
    await fill.answer("c-7", 9, request_id=again)

    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?wave=W")
    names = ("wanted", "sent", "answered", "answered_undelivered", "skipped")
    assert [told["response"][name] for name in names] == [5, 3, 1, 1, 1]
    assert told["response"]["rate"]["sentence"].startswith("33.3% answered (1 of 3, ")
    assert told["unsent"] == [
        {"state": "not_sent", "reason": "no_consent", "n": 1},
        {"state": "skipped", "reason": "any_14d", "n": 1},
    ]
    assert told["silent"] == ["c-2", "c-3"]
    assert (told["overall"]["n"], told["undelivered"]["n"], told["reasks"]["n"]) == (1, 1, 0)
    whole = await report(clerk, f"/v1/surveys/{SURVEY}/report")
    assert (whole["overall"]["n"], whole["undelivered"]["n"], whole["reasks"]["n"]) == (1, 1, 1)


async def test_coverage_tells_for_whom_the_answers_speak(
    database: Database, clerk: httpx.AsyncClient, fill: Fill
) -> None:
    day = NOW.date()
    await tell(
        database,
        *identity_fact(0, "customer.merged", "c-alias", "c-1"),
        evaluated(1, "c-1", as_of=day, tier="brand"),
        evaluated(2, "c-alias", as_of=day, tier="intimate"),
        *(evaluated(number, f"c-{number}", as_of=day, tier="brand") for number in range(3, 6)),
    )
    answered = await fill.ask("c-alias", state="answered")
    await fill.answer("c-1", 10, request_id=answered)
    await fill.ask("c-3")
    await fill.answer("c-4", 9)
    await fill.answer("c-unknown", 0)
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?by=tier")
    names = ("group", "customers", "asked", "answered", "silent", "never_asked")
    assert [tuple(row[name] for name in names) for row in told["coverage"]["tier"]] == [
        ("brand", 3, 1, 1, 1, 1),
        ("intimate", 1, 1, 1, 0, 0),
        (None, 1, 0, 1, 0, 0),
    ]
    assert told["coverage"]["tier"][0]["coverage"]["value"] == pytest.approx(100 / 3)
    assert [(group["group"], group["value"]) for group in told["groups"]] == [
        ("brand", 100),
        ("intimate", 100),
        (None, -100),
    ]


async def test_groups_are_tested_against_the_rest_and_corrected_together(
    database: Database, clerk: httpx.AsyncClient, fill: Fill
) -> None:
    for touchpoint, values in (("app", [10] * 40), ("store", [9] * 20 + [0] * 20), ("phone", [10] * 19 + [0] * 21)):
        await fill.answers(touchpoint, values, touchpoint=touchpoint)
    told = await report(clerk, "/v1/reports/nps?by=touchpoint")
    groups = {group["group"]: group for group in told["groups"]}
    assert list(groups) == ["app", "phone", "store"]
    assert groups["app"]["difference"]["significant"] is True
    alone = groups["phone"]["difference"]
    assert (alone["significant"], alone["p_value"] > 0.0004) == (True, True)
    assert told["overall"]["n"] == 120


async def test_a_segments_change_since_the_wave_before_is_told_corrected(clerk: httpx.AsyncClient, fill: Fill) -> None:
    for wave, good in (("2026-08", 20), ("2026-09", 36)):
        await fill.answers("a", [10] * good + [0] * (40 - good), wave=wave, touchpoint="app")
        await fill.answers("b", [10] * 20 + [0] * 20, wave=wave, touchpoint="store")
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report?wave=2026-09&by=touchpoint")
    changes = {group["group"]: group["since_wave_before"] for group in told["groups"]}
    assert (changes["app"]["difference"], changes["app"]["significant"]) == (80, True)
    assert changes["store"]["sentence"] == "+0.0 points: not significant (p = 1.000)"


async def test_other_scales_are_read_by_their_share(clerk: httpx.AsyncClient, fill: Fill) -> None:
    for number, (value, scale) in enumerate([(7, (1, 7)), (5, (1, 5)), (4, (1, 5))]):
        await fill.answer(f"c-{number}", value, "ces", survey="ces_ticket", scale=scale)
    told = await report(clerk, "/v1/reports/ces")
    assert (told["overall"]["n"], told["overall"]["value"]) == (3, pytest.approx((7 + 7 + 5.5) / 3))
    assert told["overall"]["counts"] == {"easy": 3}


def expectation(expected: int, experienced: int | None) -> list[dict[str, Any]]:
    told = {"expected": expected} | ({} if experienced is None else {"experienced": experienced})
    return [
        {"question": name, "kind": "expectation", "value": value, "min": 1, "max": 5, "direction": "high_is_good"}
        for name, value in told.items()
    ]


async def test_gaps_and_pain_are_counted_by_touchpoint_with_the_events_behind_them(
    database: Database, clerk: httpx.AsyncClient, fill: Fill
) -> None:
    csat = {"kind": "csat", "survey": "csat_delivery"}
    await fill.answer("c-1", 3, touchpoint="delivery", answers=expectation(5, 3), **csat)
    await fill.answer("c-2", 4, touchpoint="delivery", answers=expectation(4, None), **csat)
    await fill.answer("c-3", 4, touchpoint="store", **csat)
    await meet(database, "c_aaaaaaaaaaaaaaaaaaaaaaaaaa", days_ago=30, now=NOW)
    await clerk.post("/v1/cases", json={"customer": "c_aaaaaaaaaaaaaaaaaaaaaaaaaa", "touchpoint": "store"})
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE case_signal SET cause = 'complaint'"))

    (gap,) = (await report(clerk, "/v1/reports/expectation-gap"))["data"]
    assert (gap["touchpoint"], gap["n"], gap["expected"], gap["experienced"]) == ("delivery", 2, 4.5, 3.5)
    assert (gap["gap"]["value"], gap["proven"]) == (-1, False)
    store, delivery = (await report(clerk, "/v1/reports/pain-points"))["data"]
    assert (store["touchpoint"], store["volume"], store["pain"]) == ("store", 2, pytest.approx(1.25))
    assert (delivery["touchpoint"], delivery["volume"], delivery["pain"]) == ("delivery", 2, pytest.approx(0.5))
    assert len(store["events"]) == 2
    assert [event.startswith("test/a-") for event in delivery["events"]] == [True]
    touchpoints = {one["touchpoint"]: one for one in (await report(clerk, "/v1/reports/touchpoints"))["data"]}
    assert (touchpoints["delivery"]["csat"]["n"], touchpoints["delivery"]["nps"]["n"]) == (2, 0)
    assert (touchpoints["store"]["complaints"], touchpoints["store"]["cases"]) == (1, 1)


def card(number: int, *, ce: float | None, cl: float) -> Any:
    event = evaluated(number, f"c-{number}", as_of=NOW.date())
    event.data["card"]["care"] |= {"ce": ce, "cl": cl}
    return event


async def test_satisfaction_loyalty_and_recommendation_are_correlated_never_as_cause(
    database: Database, clerk: httpx.AsyncClient, fill: Fill
) -> None:
    await tell(database, *(card(number, ce=number if number > 15 else None, cl=99 - number) for number in range(40)))
    for number in range(40):
        await fill.answer(f"c-{number}", number // 4)
    chain = {one["between"]: one for one in (await report(clerk, "/v1/reports/nps"))["chain"]}
    loyal = chain["loyalty_recommendation"]
    assert (loyal["n"], loyal["r"] < -0.98, loyal["p_value"] < 0.001) == (40, True, True)
    assert loyal["sentence"].endswith("p < .001); this says nothing of a cause")
    satisfied = chain["experience_recommendation"]
    assert (satisfied["n"], satisfied["r"]) == (24, None)
    assert satisfied["sentence"] == "experience and recommendation: not enough answers (24 of 30), or all alike"
    assert (await report(clerk, "/v1/reports/csat"))["chain"] == []


async def test_choices_are_ranked(clerk: httpx.AsyncClient, fill: Fill) -> None:
    for number, chosen in enumerate([["price", "delivery"], ["price"], "price"]):
        await fill.answer(f"c-{number}", 9, answers=[{"question": "drivers", "kind": "choice", "value": chosen}])
    told = await report(clerk, f"/v1/surveys/{SURVEY}/report")
    assert told["choices"] == {"drivers": [{"choice": "price", "n": 3}, {"choice": "delivery", "n": 1}]}


async def test_the_loop_is_counted_over_the_cases_of_a_span(database: Database, clerk: httpx.AsyncClient) -> None:
    customers = [f"c_{letter * 26}" for letter in "abc"]
    for customer in customers:
        await meet(database, customer, days_ago=30, now=NOW)
        await clerk.post("/v1/cases", json={"customer": customer, "touchpoint": "app"})
    await clerk.post("/v1/cases/case_1/resolve", json={"root_cause": "price"})
    await clerk.post("/v1/cases/case_2/contacted", json={})
    told = await report(clerk, "/v1/reports/loop")
    assert (told["opened"], told["in_time"]["k"], told["in_time"]["n"], told["closed"]) == (3, 2, 2, 0)
    assert told["resolved"]["sentence"].startswith("100.0% of settled cases resolved (1 of 1, ")
    assert told["resolved"]["sentences"]["zh"].startswith("100.0% 的已处理个案得到解决（1 件中的 1 件，")
    assert told["by"]["root_cause"] == [{"value": "price", "n": 1}]
    assert told["by"]["state"] == [{"value": name, "n": 1} for name in ("contacted", "open", "resolved")]
    past = await report(clerk, "/v1/reports/loop?from=2020-01-01&to=2020-12-31")
    assert (past["opened"], past["in_time"], past["from"], past["to"]) == (0, None, "2020-01-01", "2020-12-31")


async def test_without_answers_nothing_is_claimed(clerk: httpx.AsyncClient) -> None:
    for path in (f"/v1/surveys/{SURVEY}/report?by=tier", "/v1/reports/nps?by=segment"):
        told = await report(clerk, path)
        assert (told["overall"]["n"], told["overall"]["value"]) == (0, None)
        assert told["overall"]["sentence"] == "no answers yet"
    exit_ = await report(clerk, "/v1/surveys/exit/report")
    assert (exit_["kind"], exit_["overall"]) == (None, None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/surveys/nothing/report", 404),
        (f"/v1/surveys/{SURVEY}/report?wave=2026-Q5", 404),
        ("/v1/reports/nps?survey=nothing", 404),
        ("/v1/reports/nps?wave=spring", 404),
        ("/v1/reports/nps?by=moon", 422),
        ("/v1/reports/moon", 422),
        ("/v1/reports/loop?from=2026-02-01&to=2026-01-01", 422),
        ("/v1/reports/loop?to=9999-12-31", 422),
    ],
)
async def test_what_is_not_there_is_refused(clerk: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await clerk.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert status == 422 or "there are" in answer.json()["detail"]


async def test_a_survey_of_another_tool_has_a_report_too(clerk: httpx.AsyncClient, fill: Fill) -> None:
    await fill.answer("c-1", 6, "ces", survey="typeform_42")
    told = await report(clerk, "/v1/surveys/typeform_42/report")
    assert (told["kind"], told["overall"]["value"]) == ("ces", 6)
