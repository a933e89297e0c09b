"""One customer by hand: an order, the card, care, a survey, the answer, and the card that it changed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from guanxi_cli.asking import Answer, Services
from guanxi_cli.local.problem import Problem
from guanxi_cli.quickstart.person import Person

SURVEY: Final = "nps_relationship"
QUESTION: Final = "recommend"
SECONDS: Final = 60.0
SENT_SECONDS: Final = 15.0
"""What is decided goes out within a second or two: what takes longer is told as it stands."""

UNDER_WAY: Final = ("decided", "waiting", "sending")
SHOWN: Final = (
    ("scores", "evaluation"),
    ("scores", "strength"),
    ("care", "cs"),
    ("care", "health"),
    ("care", "priority"),
)


async def order(services: Services, person: Person, source: str, now: datetime, currency: str) -> Answer:
    """Send her events; her card once the order has taken effect."""
    told = await services.ingest.post("/v1/events", {"events": person.events(source, now, currency)})
    if told["rejected"]:
        raise Problem(f"ingest rejected {told['rejected']}")
    return await _card(services, person, after=f"{source}/{person.order}")


async def care(services: Services, customer: str, *, patience: float = SECONDS, sent: float = SENT_SECONDS) -> Answer:
    """The newest decision about her that will not move any more: sent, held out or skipped; else the newest.

    `patience`: seconds until something is decided, `sent`: and from then on until it is sent.
    """
    path, actions = "/v1/actions", services.engagement
    if not await actions.until(path, lambda answer: answer["data"], seconds=patience, customer=customer):
        raise Problem(
            f"engagement has decided nothing about her order in {patience:.0f} s: see guanxi logs engagement-worker"
        )
    settled: Answer | None = await actions.until(path, _settled, seconds=sent, customer=customer)
    newest: Answer = settled or (await actions.get(path, customer=customer))["data"][0]
    return newest


def told(action: Mapping[str, Any]) -> str:
    """What was decided, and where it went no further yet what it waits for."""
    decided = f"{action['playbook']}: {action['decision']} - {action['words']['en']}"
    if not _is_under_way(action):
        return decided
    planned = f"{decided}, and not sent yet ({action['state']}, planned at {action['planned_at']})"
    return f"{planned}. Ask again as below, or see guanxi logs engagement-worker."


def _is_under_way(action: Mapping[str, Any]) -> bool:
    return action["decision"] == "send" and action["state"] in UNDER_WAY


def _settled(answer: Answer) -> Answer | None:
    return next((one for one in answer["data"] if not _is_under_way(one)), None)


async def invite(services: Services, customer: str) -> Answer:
    """A survey link of her own."""
    return await services.feedback.post(f"/v1/surveys/{SURVEY}/invitations", {"customer": customer})


async def fill_in(url: str, score: int) -> None:
    """What her browser sends when she picks a score."""
    async with httpx.AsyncClient(timeout=30) as browser:
        answer = await browser.post(url, data={QUESTION: str(score)})
    if not answer.is_success:
        raise Problem(f"the survey page answered {answer.status_code}")


async def answered(services: Services, customer: str, *, seconds: float) -> Answer | None:
    """Her answer, or None when none came in time."""
    found: Answer | None = await services.feedback.until(
        "/v1/answers", lambda answer: answer["data"] and answer["data"][0], seconds=seconds, customer=customer
    )
    return found


async def judged(services: Services, person: Person, answer: Answer) -> Answer:
    """Her card once the answer has taken effect."""
    return await _card(services, person, after=f"guanxi.feedback/{answer['answer_id']}")


async def _card(services: Services, person: Person, *, after: str) -> Answer:
    """Her card once an event has taken effect."""
    path, waiting = f"/v1/customers/{person.known_as}", {"wait_for": after, "timeout": "10"}
    card: Answer | None = await services.scoring.until(path, lambda told: told, seconds=SECONDS, **waiting)
    if card is None:
        raise Problem(f"{after} has not taken effect after {SECONDS:.0f} s: is scoring-worker ready? See guanxi status")
    return card


async def case_of(services: Services, customer: str) -> Answer | None:
    """The case that a bad answer opened."""
    found: Answer | None = await services.feedback.until(
        "/v1/cases", lambda answer: answer["data"] and answer["data"][0], seconds=SECONDS, customer=customer
    )
    return found


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(name, before, after) of the shown figures that moved; a dash is not known."""
    pairs = [(f"{group}.{name}", before[group][name], after[group][name]) for group, name in SHOWN]
    return [(name, _figure(was), _figure(now)) for name, was, now in pairs if was != now]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def message(outbox: Path, action: Mapping[str, Any]) -> Path | None:
    """The file of a message that went out through the adapter `file`."""
    path = outbox / str(action["channel"]) / f"{action['id']}.txt"
    return path if path.exists() else None
