"""Is the one image what a careful operator expects: linted, without root, without a secret, of this version?"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "Dockerfile").read_text()
VERSION: Final[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
HADOLINT: Final = Path(sys.executable).with_name("hadolint")


def hadolint(text: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([HADOLINT, "-"], input=text, capture_output=True, text=True, timeout=60)


def test_hadolint_finds_nothing() -> None:
    finished = hadolint(TEXT)
    assert (finished.returncode, finished.stdout + finished.stderr) == (0, "")


def test_hadolint_would_find_something() -> None:
    assert hadolint("FROM python\nRUN cd /tmp && pip install flask\n").returncode != 0


def test_the_process_is_not_root_and_has_a_fixed_number() -> None:
    assert re.findall(r"^USER (.*)$", TEXT, re.MULTILINE)[-1] == "10001:10001"


def test_nothing_needs_a_writable_root() -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in TEXT
    assert "VOLUME" not in TEXT


def test_the_image_holds_no_secret() -> None:
    assert not re.search(r"(?i)(password|secret|token|_key)", TEXT)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "the build context is an allow-list"


def test_what_is_copied_is_in_the_build_context() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(re.findall(r"^COPY (\S+)", TEXT, re.MULTILINE)) == allowed


def test_every_service_is_built_and_installed() -> None:
    for package in sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml")):
        assert f"./services/{package}" in TEXT
        assert f"guanxi-{package}" in TEXT


def test_the_health_check_asks_the_management_port() -> None:
    assert re.search(r"HEALTHCHECK [^#]*GUANXI_MANAGEMENT_PORT[^#]*/readyz", TEXT)


def test_the_image_carries_the_version_of_the_project() -> None:
    assert f"ARG VERSION={VERSION}\n" in TEXT
    for project in ROOT.glob("*/*/pyproject.toml"):
        assert tomllib.loads(project.read_text())["project"]["version"] == VERSION
