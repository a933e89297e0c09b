"""guanxi keys and guanxi credentials: make, list, revoke service keys; show what a person needs to try the system."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import find_home
from guanxi_cli.local.keys import add_key, new_key, read_keys, remove_key
from guanxi_cli.local.problem import Problem

keys = typer.Typer(no_args_is_help=True, help="Keys of other company systems and of operators.")


@keys.command()
def create(
    name: Annotated[str, typer.Option(help="Who will use it.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, such as customers:read; repeat for more.")],
    more_scopes: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    expires_at: Annotated[datetime | None, typer.Option(help="When it ends, in this machine's zone.")] = None,
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """Add a service key to the home's keys file. The key is shown this once; the file has only its hash."""
    found = find_home(home, port_base)
    found.make()
    key = new_key()
    expiry = expires_at.astimezone() if expires_at else None
    add_key(found, name=name, key=key, scopes=[*scope, *(more_scopes or [])], expires_at=expiry, again=False)
    typer.echo(key)


@keys.command(name="list")
def list_keys(home: HomeFolder = None, port_base: PortBase = None) -> None:
    """The service keys by name: what each may do and when it ends. Keys themselves are kept nowhere."""
    table = Table("name", "scopes", "expires")
    for key in read_keys(find_home(home, port_base)):
        table.add_row(key["name"], " ".join(key["scopes"]), key.get("expires_at", "never"))
    Console().print(table)


@keys.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The name that it was created with.")],
    home: HomeFolder = None,
    port_base: PortBase = None,
) -> None:
    """End a service key: every running service refuses it within a second or two."""
    remove_key(find_home(home, port_base), name)
    typer.echo(f"{name} is revoked")


def credentials(home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Print the URLs and keys of this system, as its credentials.json holds them."""
    found = find_home(home, port_base).folder / "credentials.json"
    if not found.exists():
        raise Problem(f"{found} does not exist: run guanxi up first")
    typer.echo(found.read_text(), nl=False)
