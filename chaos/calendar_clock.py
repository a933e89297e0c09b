"""What time is it in a simulated year? A file that all processes read; the time goes on while they work, but faster."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SPEED = 10.0
"""Simulated seconds in a real one."""


class SimulatedClock:
    """Shared by its path; one process sets it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def set(self, instant: datetime) -> None:
        """Jump to an instant."""
        half = self._path.with_suffix(".half")
        half.write_text(f"{instant.timestamp()} {time.monotonic()}")
        os.replace(half, self._path)

    def now(self) -> datetime:
        """The simulated instant: all processes of the machine agree."""
        base, began = (float(word) for word in self._path.read_text().split())
        return datetime.fromtimestamp(base, UTC) + timedelta(seconds=(time.monotonic() - began) * SPEED)
