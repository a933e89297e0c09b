"""guanxi policy: versions of how relationships are judged, from a draft to the one in force."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from guanxi_cli.asking import Answer, Services, open_services
from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import find_home
from guanxi_cli.long_run import follow_run
from guanxi_cli.policy.diff import changed_keys
from guanxi_cli.policy.documents import named_file, read_policy, read_tests, read_text
from guanxi_cli.policy.terminal import (
    print_changes,
    print_draft,
    print_forecast,
    print_tests,
    print_versions,
    print_what_if,
)

policy = typer.Typer(no_args_is_help=True, help="How relationships are judged: draft, test, what-if, publish.")

Key = Annotated[
    str | None,
    typer.Option(envvar="GUANXI_KEY", help="Ask with this key. [default: the admin key of the home]"),
]
TestsFile = Annotated[
    Path | None, typer.Option("--tests", exists=True, dir_okay=False, help="More tests, as in policies/tests.")
]


@policy.command(name="list")
def list_versions(key: Key = None, home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Every version, newest first, and which is in force."""
    rows = _run(home, port_base, key, lambda services: services.scoring.get("/v1/policies"))["data"]
    print_versions(Console(), rows)


@policy.command()
def show(version: str, key: Key = None, home: HomeFolder = None, port_base: PortBase = None) -> None:
    """A version in full, as YAML; `live` is the one in force."""
    _, mapping = _run(home, port_base, key, lambda services: read_policy(services.scoring, version))
    typer.echo(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), nl=False)


@policy.command(name="test")
def run_tests(
    named: Annotated[str, typer.Argument(metavar="FILE|VERSION")],
    tests: TestsFile = None,
    key: Key = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Run every test on a file, which is stored nowhere, or on a version. Exits 1 when one fails, or there is none."""
    asked: dict[str, Any] = {"tests": read_tests(tests)}
    path = f"/v1/policies/{named}/test"
    if (file := named_file(named)) is not None:
        path, asked = "/v1/policies/test", {**asked, "policy": read_text(file)}
    answer = _run(home, port_base, key, lambda services: services.scoring.post(path, asked))
    print_tests(Console(), answer)
    if answer["failed"] or not answer["passed"]:
        raise typer.Exit(1)


@policy.command()
def draft(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    tests: TestsFile = None,
    version: Annotated[
        str | None, typer.Option(help="A free name. [default: the file's, with a number where it is taken]")
    ] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    key: Key = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Store a file as a draft: an immutable version that judges nobody yet. Exits 1 when it fails a test."""
    asked = {"policy": read_text(file), "tests": read_tests(tests), "note": note, "version": version}
    answer = _run(home, port_base, key, lambda services: services.scoring.post("/v1/policies", asked))
    print_draft(Console(), answer)
    if answer["failed"]:
        raise typer.Exit(1)


@policy.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="A version, `live`, or a file.")],
    new: Annotated[str, typer.Argument(metavar="B", help="A version, `live`, or a file.")],
    key: Key = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """The keys that differ, with their old and new values."""

    async def both(services: Services) -> Any:
        return [await read_policy(services.scoring, named) for named in (old, new)]

    (old_name, before), (new_name, after) = _run(home, port_base, key, both)
    print_changes(Console(), old_name, new_name, changed_keys(before, after))


@policy.command(name="what-if")
def what_if(
    version: str,
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Which local day.")] = None,
    thresholds: Annotated[str | None, typer.Option(help="Of which calibration. [default: the one in force]")] = None,
    movers: Annotated[int, typer.Option(min=0, max=1000, help="How many who move are named.")] = 100,
    message_minor: Annotated[int, typer.Option(min=0, help="What a message costs, in minor units.")] = 0,
    task_minor: Annotated[int, typer.Option(min=0, help="What a task of staff costs, in minor units.")] = 0,
    key: Key = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """What a version would move if it were in force, and which care would follow at which cost. Changes nothing."""
    console = Console()
    day = None if as_of is None else f"{as_of:%Y-%m-%d}"
    asked = {"movers": movers, "as_of": day, "thresholds": thresholds}
    prices = {"message": message_minor, "task": task_minor, "survey_request": message_minor}

    async def run(services: Services) -> tuple[Answer, Answer]:
        result = await follow_run(services.scoring, f"/v1/policies/{version}/what-if", asked, console)
        question = {"changes": result["changes"], "cause": "policy", "prices_minor": prices}
        return result, await services.engagement.post("/v1/playbooks/forecast", question)

    result, forecast = _run(home, port_base, key, run)
    print_what_if(console, result)
    print_forecast(console, forecast, result["currency"])


@policy.command()
def publish(version: str, key: Key = None, home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Put a version in force, with another key than its author's, once every test passes; older ones too."""
    path = f"/v1/policies/{version}/publish"
    answer = _run(home, port_base, key, lambda services: services.scoring.post(path, {}))
    console = Console()
    print_tests(console, answer)
    console.print(
        f"Policy {version} is in force, published by {answer['published_by']}. Everybody is being judged again; "
        "transitions carry the cause `policy`.",
        markup=False,
    )


def _run(home: Path | None, port_base: int | None, key: str | None, work: Callable[[Services], Awaitable[Any]]) -> Any:
    """What some work with the services of a home gives; each command knows the shape of its own."""

    async def run() -> Any:
        async with open_services(find_home(home, port_base), key=key) as services:
            return await work(services)

    return asyncio.run(run())
