"""How is a folder made so that an interrupted making never looks like a finished one? Beside it, then by rename."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path


async def made_whole(folder: Path, make: Callable[[Path], Awaitable[None]]) -> None:
    """Unless the folder exists, let `make` fill `folder.half` and rename it; remains of an earlier try are removed."""
    half = folder.with_name(f"{folder.name}.half")
    if _is_missing(folder, half):
        await make(half)
        half.rename(folder)


def _is_missing(folder: Path, half: Path) -> bool:
    shutil.rmtree(half, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return not folder.exists()
