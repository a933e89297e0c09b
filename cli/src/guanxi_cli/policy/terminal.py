"""How do versions, tests and what a policy would move look in a terminal?"""

from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from guanxi_cli.demo.figures import counted, money
from guanxi_cli.policy.diff import Change

Answer = dict[str, Any]

STATES: Final = {"in_force": "[bold green]in force[/]", "draft": "[yellow]draft[/]", "published": "published"}
TOP_MOVERS: Final = 10


def print_versions(console: Console, rows: Iterable[Answer]) -> None:
    """One line a version, newest first."""
    table = Table("version", "state", "author", "made", "published by", "published", "note")
    for row in rows:
        published = _day(row["published_at"])
        table.add_row(
            Text(row["version"]),
            STATES[row["state"]],
            Text(row["author"]),
            _day(row["loaded_at"]),
            Text(row["published_by"] or ""),
            published,
            Text(row["note"]),
        )
    console.print(table)


def print_tests(console: Console, answer: Answer) -> None:
    """The tests that failed, each with what came out otherwise, and how many there are of both."""
    for test in answer["tests"]:
        if test["passed"]:
            continue
        console.print("[bold red]FAILED[/]  ", Text(test["name"]), sep="")
        for name, differs in test["differs"].items():
            told = f"        {name}: expected {_value(differs['expected'])}, got {_value(differs['got'])}"
            console.print(Text(told))
    if not answer["passed"] + answer["failed"]:
        console.print(Text(f"There is no test of policy {answer['version']}: nothing was checked.", "bold yellow"))
        return
    console.print(f"{answer['passed']} passed, {answer['failed']} failed (policy {answer['version']})", markup=False)


def print_draft(console: Console, answer: Answer) -> None:
    """What its tests say, under which name it is stored, and what comes next."""
    print_tests(console, answer)
    version, author = answer["version"], answer["author"]
    if answer["message"]:
        console.print(Text(answer["message"], style="bold yellow"))
    if answer["failed"]:
        failed = counted(answer["failed"], "test fails", "tests fail")
        console.print(
            f"\nDraft {version} is stored, and cannot be published as it is: {failed}. Correct the file and draft it "
            "anew, or give with --tests a test of the same name that expects what is now wanted.",
            markup=False,
        )
        return
    console.print(
        f"\nDraft {version} is stored. Next: guanxi policy what-if {version}\n"
        f"To publish it takes another key than {author}'s: guanxi keys create --name NAME --scope policies:write, "
        f"then guanxi policy publish {version} --key gx_...",
        markup=False,
    )


def print_changes(console: Console, old: str, new: str, changes: list[Change]) -> None:
    """A line a key."""
    if not changes:
        console.print(f"{old} and {new} say the same.", markup=False)
        return
    table = Table("key", escape(old), escape(new))
    for path, before, after in changes:
        table.add_row(Text(path), Text(before), Text(after))
    console.print(table)


def print_what_if(console: Console, result: Answer) -> None:
    """Who would stand elsewhere: a matrix a dimension, then the movers with the most money."""
    draft, live = result["draft"]["policy"], result["live"]["policy"]
    people = counted(result["customers"], "customer", "customers")
    console.print(
        f"As of {result['as_of']}: policy {draft} would move {result['moved']:,} of {people} "
        f"({result['moved_share']:.1%}) from where policy {live} sees them.",
        markup=False,
    )
    for one in result["dimensions"]:
        if one["moved"]:
            _print_matrix(console, one, result["currency"])
    still = [one["dimension"] for one in result["dimensions"] if not one["moved"]]
    if still:
        console.print(f"\nNobody moves in {', '.join(still)}.", markup=False)
    _print_movers(console, result)
    for note in result["notes"]:
        console.print(f"\n{note}", markup=False)


def _print_matrix(console: Console, one: Answer, currency: str) -> None:
    cells = {(cell["from"], cell["to"]): cell["customers"] for cell in one["matrix"]}
    values = list(dict.fromkeys(value for cell in one["matrix"] for value in (cell["from"], cell["to"])))
    moved, worth = counted(one["moved"], "moves", "move"), money(one["moved_monetary_minor"], currency)
    title = f"{one['dimension']}: {moved}, with {worth} a year"
    table = Table("live, down; draft, across", *(_value(value) for value in values), title=title, title_justify="left")
    for was in values:
        table.add_row(_value(was), *(_cell(cells.get((was, now), 0), stays=was == now) for now in values))
    console.print()
    console.print(table)


def _print_movers(console: Console, result: Answer) -> None:
    movers = result["movers"][:TOP_MOVERS]
    if not movers:
        return
    table = Table("customer", "a year", "moves", title="Those with the most money", title_justify="left")
    for one in movers:
        moves = ", ".join(f"{c['dimension']} {_value(c['from'])} > {_value(c['to'])}" for c in one["changes"])
        table.add_row(one["customer"], money(one["monetary_minor"], result["currency"]), moves)
    console.print()
    console.print(table)


def print_forecast(console: Console, forecast: Answer, currency: str) -> None:
    """Which care would follow, at which cost at most; and why the other playbooks would stay still."""
    firing = [row for row in forecast["data"] if row["fires"]]
    still: dict[str, list[str]] = {}
    for row in forecast["data"]:
        if not row["fires"]:
            still.setdefault(row["en"], []).append(row["playbook"])
    console.print()
    if firing:
        title = "Care that would follow, at most"
        table = Table("playbook", "customers", "actions", "cost", title=title, title_justify="left")
        for row in firing:
            actions = ", ".join(_actions(number, kind) for kind, number in row["actions_at_most"].items())
            cost = money(row["cost_minor_at_most"], currency)
            table.add_row(Text(row["playbook"]), f"{row['customers_at_most']:,}", actions, cost)
        console.print(table)
    else:
        console.print("No care would follow:")
    for why, names in still.items():
        console.print(f"  {', '.join(names)}: {why}", markup=False)


def _actions(number: int, kind: str) -> str:
    name = kind.replace("_", " ")
    return counted(number, name, f"{name}s")


def _cell(customers: int, *, stays: bool) -> str:
    if not customers:
        return ""
    return f"[dim]{customers:,}[/]" if stays else f"[bold]{customers:,}[/]"


def _value(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _day(instant: str | None) -> str:
    return "" if instant is None else instant[:16].replace("T", " ")
