"""How is this command called from where the user stands? By its name where the shell finds it, else by its path."""

import os
import shlex
import shutil
import sysconfig
from pathlib import Path

from guanxi_cli.local.home import Home, find_home


def guanxi(home: Home) -> str:
    """What to type before a subcommand; names the home where the command would take another one."""
    called = "guanxi" if shutil.which("guanxi") else shlex.quote(_path())
    told = os.environ.get("GUANXI_HOME")
    if find_home(Path(told) if told else None).folder == home.folder:
        return called
    return f"GUANXI_HOME={shlex.quote(str(home.folder))} {called}"


def _path() -> str:
    own, here = Path(sysconfig.get_path("scripts"), "guanxi"), Path.cwd()
    return str(own.relative_to(here) if own.is_relative_to(here) else own)
