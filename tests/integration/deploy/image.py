"""What would the image hold and run? The Dockerfile's own wheels, from the files it copies, in a clean environment."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
IGNORED: Final = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist")
BUILD_SECONDS: Final = 60
INSTALL_SECONDS: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A process and the file that holds what it says."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    async def end(self, *, seconds: float) -> int:
        """Its exit code, once it has ended; TimeoutExpired when it does not."""
        return await asyncio.to_thread(self.process.wait, seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A folder with `venv`, `wheels` and `policies`."""

    folder: Path

    def start(self, service: str, command: str, environment: dict[str, str]) -> Started:
        """`python -m SERVICE COMMAND` with this environment only."""
        log = self.folder / f"{service}-{command.strip('-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.folder / "venv" / "bin" / "python", "-m", service, command],
                cwd=self.folder,
                env={"PYTHONUNBUFFERED": "1", **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return Started(process=process, log=log)


def build_image(folder: Path) -> Image:
    """Do what the Dockerfile does, on this machine."""
    instructions = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text()).splitlines()
    last_stage = max(number for number, line in enumerate(instructions) if line.startswith("FROM "))
    source = folder / "source"
    source.mkdir()
    for line in instructions[:last_stage]:
        if line.startswith("COPY "):
            _copy(ROOT / line.split()[1], source / line.split()[2])
        elif line.startswith("RUN pip wheel "):
            # Without --no-deps it would fetch the wheels of others, which the installation takes from pip's cache.
            words = [word.replace("/wheels", str(folder / "wheels")) for word in shlex.split(line)[2:]]
            _run([sys.executable, "-m", "pip", "--quiet", *words, "--no-deps"], source, BUILD_SECONDS)
    _copy(ROOT / "policies", folder / "policies")
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], folder, INSTALL_SECONDS)
    wheels = [str(path) for path in sorted((folder / "wheels").glob("*.whl"))]
    into = [sys.executable, "-m", "pip", "--quiet", "--python", str(folder / "venv" / "bin" / "python")]
    # The image compiles everything; here what is imported is compiled once, when it first is.
    pinned = ["--no-compile", "--constraint", str(ROOT / "constraints.txt")]
    _run([*into, "install", *pinned, *wheels], folder, INSTALL_SECONDS)
    return Image(folder=folder)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=IGNORED)
    else:
        shutil.copy(source, target)


def _run(command: Sequence[str], cwd: Path, seconds: int) -> None:
    finished = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=seconds)
    assert finished.returncode == 0, f"{shlex.join(command)}\n{finished.stdout}{finished.stderr}"
