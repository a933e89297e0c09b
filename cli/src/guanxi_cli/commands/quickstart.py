"""guanxi quickstart: one customer by hand, from an order to a changed relationship."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console

from guanxi_cli.asking import Services, open_services
from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.health import NOT_READY, health_of
from guanxi_cli.local.home import Home, find_home
from guanxi_cli.local.keys import read_credentials
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.services import environment, service_parts
from guanxi_cli.quickstart import walk
from guanxi_cli.quickstart.person import Person, day_zone

MOST_PEOPLE: Final = 5


def quickstart(
    answer: Annotated[
        int | None, typer.Option(min=0, max=10, help="Answer the survey yourself from here instead of in a browser.")
    ] = None,
    wait: Annotated[int, typer.Option(min=1, help="How many seconds to wait for the answer from a browser.")] = 600,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Walk one new customer through the whole circle: order, card, care, survey, answer, changed card."""
    asyncio.run(_walk(find_home(home, port_base), Console(soft_wrap=True, highlight=False), answer=answer, wait=wait))


async def _walk(home: Home, console: Console, *, answer: int | None, wait: int) -> None:
    async with open_services(home) as services:
        await _refuse_unready(home)
        person, before = await _meet(services, home, console)
        customer = before["customer"]

        _title(console, 4, "What does she think of us?")
        link = (await walk.invite(services, customer))["url"]
        if answer is None:
            _say(console, f"Open this link in a browser and answer: [bold]{link}[/]")
            _say(console, f"Waiting for the answer, at most {wait} s ...")
        else:
            _say(console, f"Her survey link: {link} (answered from here with {answer})")
            await walk.fill_in(link, answer)
        given = await walk.answered(services, customer, seconds=wait)
        if given is None:
            _say(console, "No answer came. The link stays good: answer it later and look at her card again.")
            return
        _say(console, f"She answered {given['rating']['value']:.0f} of {given['rating']['max']:.0f}.")

        _title(console, 5, "What has her answer changed?")
        after = await walk.judged(services, person, given)
        for name, was, stands in walk.moved(before, after):
            _say(console, f"{name:<18} {was:>6} -> {stands:>6}")
        why = await services.scoring.get(f"/v1/customers/{person.known_as}/explain", score="care.cs")
        _say(console, why["sentence"])
        await _show_case(console, home, services, customer, bad=after["severe"])
        _curl(console, f"{home.url('scoring')}/v1/customers/{person.known_as}/explain?score=care.cs")


async def _refuse_unready(home: Home) -> None:
    """Nothing is told before everybody who will be asked is there. Problem that names who is not."""
    parts = service_parts(home)
    async with httpx.AsyncClient(timeout=walk.SECONDS) as client:
        states = await asyncio.gather(*(health_of(home, part, client) for part in parts))
    missing = [part.name for part, state in zip(parts, states, strict=True) if state.startswith(NOT_READY)]
    if missing:
        raise Problem(f"not ready: {', '.join(missing)}. Run guanxi up first, then guanxi quickstart again")


async def _meet(services: Services, home: Home, console: Console) -> tuple[Person, dict[str, Any]]:
    """The first three steps, with the next customer where the lot leaves one without a message."""
    first, now = int(time.time()), datetime.now(UTC)
    currency = environment(home, "scoring")["GUANXI_BASE_CURRENCY"]
    for number in range(first, first + MOST_PEOPLE):
        person = Person(number=number, zone=day_zone(now))
        _title(console, 1, f"Ann orders tea for 159.00 {currency}")
        card = await walk.order(services, person, read_credentials(home)["source"], now, currency)
        _say(console, f"Four events went to {home.url('ingest')}/v1/events: who she is, two consents, the order.")
        _say(console, f"She is {card['customer']}, also known as {person.known_as} and by her e-mail address.")

        _title(console, 2, "Where does she stand?")
        _show_card(console, card)
        _curl(console, f"{home.url('scoring')}/v1/customers/{person.known_as}")

        _title(console, 3, "Which care was decided for her?")
        action = await walk.care(services, card["customer"])
        _show_action(console, home, person, action)
        _curl(console, f"{home.url('engagement')}/v1/customers/{person.known_as}/care")
        if action["decision"] != "hold_out":
            break
        _say(console, "One in twenty is left out by lot, to measure what the message does. So meet another Ann.")
    return person, card


def _show_card(console: Console, card: dict[str, Any]) -> None:
    rfm, care = card["rfm"], card["care"]
    _say(console, f"segment {card['segment']} ({rfm['named']}, {rfm['chinese']}), tier {card['tier']}, {card['stage']}")
    _say(console, f"strength {card['scores']['strength']:.1f}, health {care['health']:.1f}, churn {card['churn_band']}")
    _say(console, "Not known yet, and why: " + ", ".join(f"{name} ({why})" for name, why in card["unknown"].items()))


def _show_action(console: Console, home: Home, person: Person, action: dict[str, Any]) -> None:
    _say(console, walk.told(action))
    if path := walk.message(home.folder / "outbox", action):
        _say(console, f"It is {person.zone} where she lives, and day. The message is in {path}:")
        console.print(path.read_text().strip(), style="cyan", markup=False)


async def _show_case(console: Console, home: Home, services: Services, customer: str, *, bad: bool) -> None:
    if not bad:
        return
    cases = await services.feedback.until(
        "/v1/cases", lambda told: told["data"], seconds=walk.SECONDS, customer=customer
    )
    if cases:
        _say(console, f"A bad answer opens a case: {cases[0]['id']}, first contact due {cases[0]['contact_due_at']}.")
        _curl(console, f"{home.url('feedback')}/v1/cases?customer={customer}")


def _title(console: Console, number: int, text: str) -> None:
    console.print(f"\n[bold]{number}. {text}[/]")


def _say(console: Console, text: str) -> None:
    console.print(f"   {text}")


def _curl(console: Console, url: str) -> None:
    console.print(f'   curl -s -H "Authorization: Bearer $KEY" "{url}"', style="dim", markup=False)
