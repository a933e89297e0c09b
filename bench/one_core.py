"""How is a computation measured on one core? The process pinned to it, every library with one thread."""

import os
import sys
from datetime import date
from typing import Final

ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
AS_OF: Final = date(2026, 11, 30)


def start_again_with_one_thread() -> None:
    """Libraries read the number of their threads when they are loaded, so the process begins again once."""
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        sys.stdout.flush()
        environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
        os.execve(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]], environment)  # noqa: S606


def pin() -> str:
    """Pin to the last core that may be used; a line that says so."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}\n"
