"""guanxi down: stop all that guanxi up started in this home, and nothing else."""

import asyncio

import typer

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.home import find_home
from guanxi_cli.local.system import bring_down


def down(home: HomeFolder = None, port_base: PortBase = None) -> None:
    """Stop the services, then Kafka, then PostgreSQL. Data stay; guanxi up continues with them."""
    asyncio.run(bring_down(find_home(home, port_base), say=typer.echo))
    typer.echo("All stopped.")
