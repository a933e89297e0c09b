"""How does a command ask for a long run, show how far it is, and get its result?"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from guanxi_cli.asking import Answer, Service
from guanxi_cli.local.problem import Problem

POLL_SECONDS: Final = 0.3
OPEN: Final = ("queued", "running")
PATIENCE_SECONDS: Final = 30
"""How long a run may wait for a worker before the command asks whether one runs."""


async def follow_run(service: Service, path: str, asked: Mapping[str, Any], console: Console) -> Answer:
    """The result of the run that a POST begins. Problem where it is refused, fails or is cancelled."""
    job = await service.post(path, asked)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    with bar:
        task = bar.add_task(f"{job['kind']}: {job['state']}", total=job["total"])
        waited = 0.0
        while job["state"] in OPEN:
            waited = waited + POLL_SECONDS if job["state"] == "queued" else 0.0
            if waited > PATIENCE_SECONDS:
                raise Problem(f"no worker has begun the run {job['id']}: see guanxi status; it stays queued")
            await asyncio.sleep(POLL_SECONDS)
            job = await service.get(f"/v1/jobs/{job['id']}")
            bar.update(task, description=f"{job['kind']}: {job['state']}", completed=job["done"], total=job["total"])
    if job["state"] != "done":
        raise Problem(f"the run {job['id']} {job['state']}: {job['error'] or 'it was cancelled'}")
    found: Answer = job["result"]
    return found
