"""guanxi reset: stop the system and delete its home folder with all data and keys."""

import asyncio
import shutil
from typing import Annotated

import typer

from guanxi_cli.commands.options import HomeFolder, PortBase
from guanxi_cli.local.account import unprivileged
from guanxi_cli.local.home import MARK, find_home
from guanxi_cli.local.postgres import data_folder
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.system import bring_down


def reset(
    home: HomeFolder = None,
    port_base: PortBase = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the home folder: databases, topics, keys and logs. Asks first."""
    found = find_home(home, port_base)
    if not found.folder.exists():
        typer.echo(f"{found.folder} does not exist: nothing to delete.")
        return
    if not (found.folder / MARK).exists():
        raise Problem(f"{found.folder} was not made by guanxi up: nothing deleted")
    if not yes:
        typer.confirm(f"Delete {found.folder} with all its data and keys?", abort=True)
    asyncio.run(bring_down(found, say=typer.echo))
    data = data_folder(found, unprivileged())
    for folder in (data, data.with_name(f"{data.name}.half")):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(found.folder)
    typer.echo(f"{found.folder} is gone.")
