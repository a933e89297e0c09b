"""On what was this measured? A rate without its machine and versions means nothing."""

import os
import platform
import sys
from importlib.metadata import version

import psutil


def describe_machine(*packages: str) -> str:
    """Cores, load, memory, Python and the versions of packages, in lines."""
    memory = psutil.virtual_memory().total / 1024**3
    load = "/".join(f"{figure:.1f}" for figure in os.getloadavg())
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"machine: {os.cpu_count()} cores ({platform.machine()}), {memory:.1f} GiB, load {load}\n"
        f"python {platform.python_version()}, {versions}\n"
        f"command: python -m bench {' '.join(sys.argv[1:])}"
    )
