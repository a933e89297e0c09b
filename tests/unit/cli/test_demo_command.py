"""Does what the demo tells to try next work where the user stands?"""

import subprocess
import sysconfig
from pathlib import Path

import pytest

from guanxi_cli.demo.command import guanxi
from guanxi_cli.local.home import Home, find_home

SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `make run` in a fresh shell."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("GUANXI_HOME", raising=False)


def test_where_the_shell_finds_it_the_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(SCRIPTS))
    assert guanxi(find_home()) == "guanxi"


def test_from_the_checkout_it_is_called_by_its_path_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SCRIPTS.parent.parent)
    assert guanxi(find_home()) == f"{SCRIPTS.parent.name}/{SCRIPTS.name}/guanxi"


def test_from_elsewhere_by_the_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert guanxi(find_home()) == f"{SCRIPTS}/guanxi"


def test_another_home_is_named_and_the_shell_understands_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    other = Home(folder=tmp_path / "a home", port_base=9000)
    line = f"{guanxi(other)} --help"
    assert line.startswith(f"GUANXI_HOME='{other.folder}' ")
    assert subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False).returncode == 0
    monkeypatch.setenv("GUANXI_HOME", str(other.folder))
    assert guanxi(other) == f"{SCRIPTS}/guanxi"
