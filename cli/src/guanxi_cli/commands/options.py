"""The two options that every command has: which home folder, and which ports."""

from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", envvar="GUANXI_HOME", help="Folder of this system. [default: .guanxi in the checkout]"),
]
PortBase = Annotated[
    int | None,
    typer.Option(
        "--port-base",
        envvar="GUANXI_PORT_BASE",
        min=1024,
        max=65000,
        help="N: ingest N+1, scoring N+2, engagement N+3, feedback N+4. [default: the home's own, else 8000]",
    ),
]
