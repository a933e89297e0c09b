"""Does one customer's life run the whole circle, by HTTP alone, and does every step say why?

An order is judged, care is decided and goes out, she is asked, her answer moves the scores and opens a case, staff get
a task and reach her, the case is resolved and closed, and trust is higher than before. Staff work round the clock here
and a resolved case closes at once, by policy: the test must not depend on the hour at which it runs.
"""

import re
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from tests.support.homes import own_home
from tests.support.waiting import until

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.system import bring_up
from guanxi_cli.quickstart.person import day_zone

ANN = "user_id:circle-ann"
Json = dict[str, Any]


class Desk:
    """The four services as an operator's program sees them."""

    def __init__(self, home: Home) -> None:
        told = read_credentials(home)
        self.outbox = home.folder / "outbox"
        self._urls: dict[str, str] = told["urls"]
        self._keys = {name: told["write_key" if name == "ingest" else "admin_key"] for name in self._urls}
        self._client = httpx.AsyncClient(timeout=30)

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, service: str, path: str, **query: str) -> Json:
        return await self._ask("GET", service, path, params=query)

    async def post(self, service: str, path: str, body: Json) -> Json:
        return await self._ask("POST", service, path, json=body)

    async def first(self, service: str, path: str, is_it: Callable[[Json], bool], **query: str) -> Json:
        """The first row of a list for which something holds, as soon as there is one."""
        rows: list[Json] = []

        async def there() -> bool:
            rows[:] = (await self.get(service, path, **query))["data"]
            return any(map(is_it, rows))

        try:
            await until(there, what=f"{service} {path} {query}")
        except AssertionError as error:
            raise AssertionError(f"{error}; there were {rows}") from None
        return next(filter(is_it, rows))

    async def tell(self, *events: Json) -> None:
        told = await self.post("ingest", "/v1/events", {"events": list(events)})
        assert told["accepted"] == len(events), told

    async def card(self, after: str) -> Json:
        """Ann's card once an event has taken effect."""
        return await self.get("scoring", f"/v1/customers/{ANN}", wait_for=after, timeout="20")

    async def _ask(self, method: str, service: str, path: str, **request: Any) -> Json:
        headers = {"Authorization": f"Bearer {self._keys[service]}"}
        answer = await self._client.request(method, f"{self._urls[service]}{path}", headers=headers, **request)
        assert answer.status_code in (200, 201), f"{method} {service} {path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found


def policies(folder: Path) -> Path:
    """The shipped policies, with staff at work now, nobody held out, and resolved cases closed at once."""
    shutil.copytree("policies", folder)
    calendar = folder / "calendar.yaml"
    days = [(datetime.now(UTC) + timedelta(days=day)).date().isoformat() for day in (-1, 0, 1)]
    text = re.sub(r"(?m)^work_hours: .*$", 'work_hours: {from: "00:00", to: "23:59"}', calendar.read_text())
    calendar.write_text(re.sub(r"(?m)^work_days: .*$", f"work_days: {days}", text))
    thanks = folder / "playbooks" / "thanks_first_order.yaml"
    thanks.write_text(re.sub(r"(?m)^holdout: .*$", "holdout: 0%", thanks.read_text()))
    feedback = folder / "feedback.yaml"
    settings = yaml.safe_load(feedback.read_text())
    settings["cases"]["close_days"] = 0
    feedback.write_text(yaml.safe_dump(settings, allow_unicode=True))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GUANXI_POLICIES_DIR", str(policies(tmp_path_factory.mktemp("circle") / "policies")))
        async with own_home() as home:
            await bring_up(home, say=lambda _: None)
            desk = Desk(home)
            yield desk
            await desk.close()


def ann(name: str, type_: str, **data: Any) -> Json:
    """What the shop tells of her."""
    who = {"user_id": "circle-ann", "email": "circle-ann@example.com"}
    time = datetime.now(UTC).isoformat()
    return {"id": f"circle-{name}", "source": "demo", "type": type_, "time": time, "data": {"identifiers": who, **data}}


async def test_one_customer_goes_round_the_whole_circle(desk: Desk) -> None:
    before = await an_order_is_judged(desk)
    await care_goes_out(desk, before["customer"])
    answer = await she_is_asked_and_answers(desk)
    after = await the_answer_moves_her_card(desk, answer, before)
    case = await a_case_is_opened(desk)
    await a_task_is_done(desk, case)
    await the_case_is_closed_and_trust_rises(desk, case, after)
    await her_timeline_tells_it_all(desk)


async def an_order_is_judged(desk: Desk) -> Json:
    consents = [
        ann(purpose, "consent.granted", consent={"purpose": purpose, "channel": "*", "evidence": "form"})
        for purpose in ("care", "research")
    ]
    profile = {"name": "Ann", "language": "en", "zone": day_zone(datetime.now(UTC))}
    order = ann("order", "order.completed", order_id="circle-1", amount_minor=15900, currency="GBP")
    await desk.tell(ann("profile", "profile.updated", profile=profile), *consents, order)
    card = await desk.card(after="demo/circle-order")
    assert (card["segment"], card["tier"], card["stage"]) == ("potential", "brand", "initial_contact")
    assert (card["scores"]["evaluation"], card["unknown"]["scores.evaluation"]) == (None, "no_events")
    why = await desk.get("scoring", f"/v1/customers/{ANN}/explain", score="exchange")
    assert {event for part in why["parts"] for event in part["events"]} == {"demo/circle-order"}
    return card


async def care_goes_out(desk: Desk, customer: str) -> None:
    sent = await desk.first("engagement", "/v1/actions", lambda one: one["state"] == "sent", customer=ANN)
    assert (sent["playbook"], sent["channel"], sent["decision"]) == ("thanks_first_order", "email", "send")
    text = (desk.outbox / "email" / f"{sent['id']}.txt").read_text()
    assert text.startswith("To: circle-ann@example.com\n")
    assert "Dear Ann" in text
    care = await desk.get("engagement", f"/v1/customers/{ANN}/care")
    assert care["customer"] == customer
    assert [one["playbook"] for one in care["decisions"]] == ["thanks_first_order"]
    assert {"zh", "en"} == set(care["decisions"][0]["words"])
    full = [row for row in care["budget"] if (row["purpose"], row["channel"]) == ("care", "email")]
    assert (full[0]["left"], full[0]["reason"]) == (0, "cap_day")


async def she_is_asked_and_answers(desk: Desk) -> Json:
    asked = await desk.post("feedback", "/v1/surveys/nps_relationship/invitations", {"customer": ANN})
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(f"{asked['url']}?score=2", headers={"Accept-Language": "zh"})
        assert page.status_code == 200
        assert '<html lang="zh' in page.text
        assert (await desk.get("feedback", "/v1/answers", customer=ANN))["data"] == []
        given = await browser.post(asked["url"], data={"recommend": "2"}, headers={"Accept-Language": "en"})
        again = await browser.post(asked["url"], data={"recommend": "10"}, headers={"Accept-Language": "en"})
    assert (given.status_code, again.status_code) == (200, 409)
    answer = await desk.first("feedback", "/v1/answers", lambda _: True, customer=ANN)
    assert answer["rating"] == {"kind": "nps", "value": 2, "min": 0, "max": 10}
    return answer


async def the_answer_moves_her_card(desk: Desk, answer: Json, before: Json) -> Json:
    event = f"guanxi.feedback/{answer['answer_id']}"
    card = await desk.card(after=event)
    assert card["scores"]["evaluation"] == 30.0  # (.5 + 2 x .2)/(1 + 2)
    assert card["care"]["cs"] == 40.0  # (.6 + .2)/(1 + 1)
    assert card["severe"] is True
    assert card["care"]["priority"] > before["care"]["priority"]
    for score in ("evaluation", "care.cs"):
        why = await desk.get("scoring", f"/v1/customers/{ANN}/explain", score=score)
        assert event in {name for part in why["parts"] for name in part["events"]}, score
    return card


async def a_case_is_opened(desk: Desk) -> Json:
    case = await desk.first("feedback", "/v1/cases", lambda _: True, customer=ANN)
    assert (case["cause"], case["state"], case["severity"]) == ("nps", "open", "normal")
    assert case["contact_due_at"] > case["opened_at"]
    return case


async def a_task_is_done(desk: Desk, case: Json) -> None:
    task = await desk.first("engagement", "/v1/tasks", lambda _: True, customer=ANN)
    assert (task["state"], task["role"]) == ("open", "advisor")
    due = datetime.fromisoformat(task["due_at"]) - datetime.fromisoformat(case["opened_at"])
    assert due <= timedelta(hours=4, minutes=5)
    await desk.post("engagement", f"/v1/tasks/{task['id']}/claim", {"staff_id": "staff_1"})
    done = await desk.post(
        "engagement", f"/v1/tasks/{task['id']}/complete", {"outcome": "reached", "note": "will send a new one"}
    )
    assert (done["state"], done["on_time"]) == ("done", True)
    await desk.first("feedback", "/v1/cases", lambda one: one["state"] == "contacted", customer=ANN)


async def the_case_is_closed_and_trust_rises(desk: Desk, case: Json, upset: Json) -> None:
    await desk.post("feedback", f"/v1/cases/{case['id']}/resolve", {"resolution": "resolved", "root_cause": "delivery"})
    closed = await desk.first("feedback", "/v1/cases", lambda one: one["state"] == "closed", customer=ANN)
    assert (closed["resolution"], closed["within_clock"], closed["promise_kept"]) == ("resolved", True, True)
    card: Json = {}

    async def calm() -> bool:
        card.update(await desk.get("scoring", f"/v1/customers/{ANN}"))
        return card["severe"] is False

    await until(calm, what="the case's end on her card")
    assert card["scores"]["trust"] > upset["scores"]["trust"]
    assert card["care"]["cf"] == 75.0  # (.5 + 1)/(1 + 1)
    why = await desk.get("scoring", f"/v1/customers/{ANN}/explain", score="trust")
    named = {name for part in why["parts"] for name in part["events"]}
    assert any(name.startswith(f"guanxi.feedback/{case['id']}:closed") for name in named), named


async def her_timeline_tells_it_all(desk: Desk) -> None:
    told = await desk.get("scoring", f"/v1/customers/{ANN}/timeline", limit="100")
    types = {event["type"] for event in told["data"]}
    assert types >= {
        "order.completed",
        "care.decided",
        "care.sent",
        "survey.answered",
        "case.opened",
        "task.created",
        "task.done",
        "call.made",
        "case.closed",
    }
