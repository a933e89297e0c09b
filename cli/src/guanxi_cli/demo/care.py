"""What does the system do for the people of the sample? Their answers go in; care, tasks and cases come out."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from guanxi_cli.asking import Answer, Services
from guanxi_cli.demo.caught_up import wait_until_caught_up
from guanxi_cli.demo.figures import counted
from guanxi_cli.demo.people import SOURCE, SamplePerson, sample_people
from guanxi_cli.demo.portrait_rows import spaced
from guanxi_cli.local.home import Home
from guanxi_cli.local.problem import Problem
from guanxi_cli.quickstart.person import day_zone

BATCH: Final = 500
AT_ONCE: Final = 8
DECIDED_SECONDS: Final = 60.0
UNSEEN: Final = ("identity.linked", "care.decided")
"""On the timeline, and told here in other words or of no interest to people."""
SENT: Final = ("sent",)
WITH_STAFF: Final = ("awaiting_staff", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRow:
    """Occasions of one playbook; `refused` are (why, how many) of those by which nothing goes out, or not yet."""

    playbook: str
    occasions: int
    sent: int
    with_staff: int
    held_out: int
    refused: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing in a customer's life: when, what, and by whom it was told."""

    at: str
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareStory:
    """What the report tells of care; `nps` rests on sample answers, `cases` are counted by their state."""

    people: int
    playbooks: Sequence[PlaybookRow]
    tasks: Mapping[str, int]
    nps: str
    cases: Mapping[str, int]
    cases_overdue: int
    circle_of: str
    circle: Sequence[Moment]

    def sentence(self) -> str:
        sent, held = (sum(getattr(row, name) for row in self.playbooks) for name in ("sent", "held_out"))
        staff = sum(row.with_staff for row in self.playbooks)
        tasks = counted(staff, "task", "tasks")
        return (
            f"{counted(self.people, 'person', 'people')} of the sample spoke (sample answers, source `{SOURCE}`): "
            f"{counted(sent, 'message', 'messages')} sent, {tasks} for staff, {held} held out by lot; "
            f"{self._opened()}."
        )

    def cases_sentence(self) -> str:
        """How many cases were opened, and where they stand now."""
        states = ", ".join(f"{n:,} {spaced(state)}" for state, n in self.cases.items())
        told = f"{self._opened()} ({states})" if states else self._opened()
        return f"{told}, {self.cases_overdue:,} overdue."

    def _opened(self) -> str:
        return f"{counted(sum(self.cases.values()), 'case', 'cases')} opened"


async def tell_care(home: Home, services: Services, source: str) -> CareStory:
    """Send what the people of the sample say, wait until all is decided, and read what came of it."""
    people, now = sample_people(), datetime.now(UTC)
    await _introduce(services, people, source, now)
    await wait_until_caught_up(home)
    await _answer(services, people, now)
    await wait_until_caught_up(home)
    await _decided(services)
    await wait_until_caught_up(home)
    unhappy = min(people, key=lambda one: (not one.consents, one.score, one.number))
    await _make_up_for_it(services, unhappy.known_as)
    await wait_until_caught_up(home)
    return await read_care(services, people=len(people), circle_of=unhappy.known_as)


async def read_care(services: Services, *, people: int, circle_of: str) -> CareStory:
    """What came of it so far."""
    care = await services.engagement.get("/v1/reports/care")
    nps = await services.feedback.get("/v1/reports/nps")
    loop = await services.feedback.get("/v1/reports/loop")
    return CareStory(
        people=people,
        playbooks=_by_playbook(care["data"]),
        tasks=care["tasks"],
        nps=nps["overall"]["sentence"],
        cases={row["value"]: row["n"] for row in loop["by"]["state"]},
        cases_overdue=loop["waiting_overdue"],
        circle_of=circle_of,
        circle=await _circle(services, circle_of),
    )


async def _introduce(services: Services, people: Sequence[SamplePerson], source: str, now: datetime) -> None:
    zone = day_zone(now)
    events = [event for person in people for event in person.events(source, now, zone)]
    for some in _in_groups(events, BATCH):
        told = await services.ingest.post("/v1/events", {"events": some})
        if told["rejected"]:
            raise Problem(f"ingest rejected sample events: {told['rejected'][:3]}")


def _in_groups(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


async def _answer(services: Services, people: Sequence[SamplePerson], now: datetime) -> None:
    for some in _in_groups(people, AT_ONCE):
        await asyncio.gather(*(services.feedback.post("/v1/answers", one.answer(now)) for one in some))


async def _make_up_for_it(services: Services, customer: str) -> None:
    """What staff do about an unhappy customer, done for them here: reach the customer, and mend what was wrong."""
    for case in (await services.feedback.get("/v1/cases", customer=customer, state="open"))["data"]:
        await services.feedback.post(f"/v1/cases/{case['id']}/contacted", {})
        await services.feedback.post(f"/v1/cases/{case['id']}/resolve", {"root_cause": "delivery"})


async def _circle(services: Services, customer: str) -> list[Moment]:
    """One customer's events, what was decided about them, and what staff did with their case, oldest first."""
    told = await services.scoring.get(f"/v1/customers/{customer}/timeline", limit="20")
    care = await services.engagement.get(f"/v1/customers/{customer}/care")
    cases = await services.feedback.get("/v1/cases", customer=customer)
    moments = [
        _at(event["time"], _what(event["type"], event["data"]), event["source"])
        for event in told["data"]
        if event["type"] not in UNSEEN
    ]
    moments += [
        _at(one["at"], f"{one['playbook']}: {one['decision']}, {one['words']['en']}", "guanxi.engagement")
        for one in care["decisions"]
    ]
    moments += [
        _at(case[when], f"{case['id']}: {what} (sample staff)", "guanxi.feedback")
        for case in cases["data"]
        for when, what in (("contacted_at", "customer reached"), ("settled_at", "resolved"))
        if case[when]
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _at(instant: str, what: str, source: str) -> Moment:
    at = datetime.fromisoformat(instant).astimezone(UTC)
    return Moment(at=f"{at:%Y-%m-%d %H:%M:%S}", what=what, source=source)


async def _decided(services: Services) -> None:
    done = await services.engagement.until(
        "/v1/reports/care", lambda report: report["under_way"] == 0, seconds=DECIDED_SECONDS
    )
    if not done:
        raise Problem(f"engagement did not decide within {DECIDED_SECONDS:.0f} s: see guanxi logs engagement-worker")


def _by_playbook(rows: Sequence[Answer]) -> list[PlaybookRow]:
    names = dict.fromkeys(row["playbook"] for row in rows)
    return [_playbook(name, [row for row in rows if row["playbook"] == name]) for name in names]


def _playbook(name: str, rows: Sequence[Answer]) -> PlaybookRow:
    def count(*states: str) -> int:
        return sum(row["occasions"] for row in rows if row["decision"] == "send" and row["state"] in states)

    refused: dict[str, int] = {}
    for row in rows:
        if row["decision"] in ("skip", "defer") or row["state"] in ("failed", "unknown", "cancelled", "expired"):
            refused[row["words"]["en"]] = refused.get(row["words"]["en"], 0) + row["occasions"]
    return PlaybookRow(
        playbook=name,
        occasions=sum(row["occasions"] for row in rows),
        sent=count(*SENT),
        with_staff=count(*WITH_STAFF),
        held_out=sum(row["occasions"] for row in rows if row["decision"] == "hold_out"),
        refused=sorted(refused.items(), key=lambda one: -one[1]),
    )


def _what(type_: str, data: Mapping[str, Any]) -> str:
    """An event in a few words."""
    if type_ in ("order.completed", "order.refunded"):
        return f"{type_}: {data['amount_minor'] / 100:,.2f} {data['currency']}"
    if type_ == "survey.answered" and data.get("rating"):
        return f"{type_}: {data['rating']['value']:.0f} of {data['rating']['max']:.0f} ({data['survey']})"
    for names in (("playbook", "decision"), ("playbook", "channel"), ("task_kind", "role"), ("cause", "severity")):
        told = [str(data[name]) for name in names if data.get(name)]
        if len(told) == len(names):
            return f"{type_}: {', '.join(told)}"
    if type_.startswith("consent."):
        return f"{type_}: {data['consent']['purpose']}"
    return type_
