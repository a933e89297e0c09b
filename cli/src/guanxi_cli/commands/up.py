"""guanxi up: start the whole system and wait until it is ready."""

import asyncio
import time
from typing import Annotated

import typer

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import find_home
from guanxi_cli.local.ports import SERVICES
from guanxi_cli.local.system import bring_up

INTERRUPTED = 130


def up(
    home: HomeFolder = None,
    port_base: PortBase = None,
    servers_only: Annotated[
        bool, typer.Option("--servers-only", help="PostgreSQL and Kafka alone, to run a service by hand.")
    ] = False,
) -> None:
    """Start PostgreSQL, Kafka, the migrations and the services in the background, and wait until all are ready."""
    found = find_home(home, port_base)
    began = time.monotonic()
    try:
        asyncio.run(bring_up(found, say=typer.echo, services=() if servers_only else SERVICES))
    except KeyboardInterrupt:
        typer.echo("Interrupted. What has started keeps running: guanxi up finishes, guanxi down stops it.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo(f"Ready after {time.monotonic() - began:.1f} s. Home: {found.folder}")
