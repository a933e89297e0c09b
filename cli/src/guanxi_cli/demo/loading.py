"""How does the sample get in, and how long does it take until it has taken effect?"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from guanxi_cli.demo.caught_up import wait_until_caught_up
from guanxi_cli.demo.figures import counted
from guanxi_cli.demo.sample import EVENTS, sample_lines
from guanxi_cli.importing.sending import Sending
from guanxi_cli.local.home import Home
from guanxi_cli.local.problem import Problem

JUDGING: Final = ("scoring",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`accepted_seconds` until the last event was durable, `applied_seconds` until scoring had judged all."""

    accepted: int
    duplicates: int
    accepted_seconds: float
    applied_seconds: float

    def sentence(self) -> str:
        """For the report."""
        known = f", {self.duplicates:,} of them known already" if self.duplicates else ""
        events = counted(self.accepted + self.duplicates, "event", "events")
        return (
            f"{events} accepted{known} in {self.accepted_seconds:.1f} s; "
            f"all applied and judged after {self.applied_seconds:.1f} s."
        )


async def load_sample(home: Home, write_key: str, console: Console, *, now: datetime, as_recorded: bool) -> Loaded:
    """Send the sample through ingest, with a progress bar, and wait until every service has caught up."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        sending_task = progress.add_task("Sending a real shop's year", total=EVENTS)
        sending = Sending(
            url=home.url("ingest"),
            key=write_key,
            progress=lambda line: progress.update(sending_task, completed=line - 1),
        )
        began = time.monotonic()
        tally = await sending.send(sample_lines(now, as_recorded=as_recorded))
        accepted_seconds = time.monotonic() - began
        waiting_task = progress.add_task("Waiting until all is judged", total=2)
        await wait_until_caught_up(home, JUDGING)
        applied_seconds = time.monotonic() - began
        progress.update(waiting_task, completed=1)
        await wait_until_caught_up(home)
        progress.update(waiting_task, completed=2)
    if tally.refused:
        refused = counted(tally.refused, "event", "events")
        raise Problem(f"ingest refused {refused} of the sample: see guanxi logs ingest-api")
    return Loaded(
        accepted=tally.accepted,
        duplicates=tally.duplicates,
        accepted_seconds=accepted_seconds,
        applied_seconds=applied_seconds,
    )
