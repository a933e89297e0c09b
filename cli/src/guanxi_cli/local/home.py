"""What lies where in the home folder of one local system, and which ports belong to it?"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanxi_cli.local import ports
from guanxi_cli.local.shipped import checkout

MARK = "home.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    folder: Path
    port_base: int

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def port(self, name: str) -> int:
        return self.port_base + ports.OFFSETS[name]

    def url(self, service: str) -> str:
        return f"http://{ports.LOOPBACK}:{self.port(service)}"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    @property
    def bootstrap(self) -> str:
        return f"{ports.LOOPBACK}:{self.port('kafka')}"

    def database_url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@{ports.LOOPBACK}:{self.port('postgres')}/{database}"

    def make(self) -> None:
        """Make the folders. Others may pass through the home (PostgreSQL runs as another user) but not list it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (self.run, self.logs):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
        mark = {"id": self.id or secrets.token_hex(8), "port_base": self.port_base}
        write_whole(self.folder / MARK, json.dumps(mark))

    @property
    def id(self) -> str | None:
        """What tells this home from one that was made later in the same place; None before it is made."""
        found = _mark(self.folder).get("id")
        return str(found) if found else None


def find_home(folder: Path | None = None, port_base: int | None = None) -> Home:
    """The home that was asked for; a port base not given is the one it was made with, else 8000."""
    folder = (folder or (checkout() or Path.cwd()) / ".guanxi").resolve()
    if port_base is None:
        port_base = _mark(folder).get("port_base", ports.DEFAULT_PORT_BASE)
    return Home(folder=folder, port_base=port_base)


def _mark(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / MARK).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file by rename, so that a reader or a crash never meets half of it."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    half.rename(path)
