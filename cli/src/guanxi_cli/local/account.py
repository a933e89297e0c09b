"""Which unprivileged user runs PostgreSQL when the caller is root, and can that user reach a folder?

PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from guanxi_cli.local.problem import Problem

WITHIN_REACH = Path("/var/lib/guanxi")
"""For what must not lie below a closed folder such as /root, when the caller is root."""


class Switch(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    uid: int
    gid: int

    def switch(self) -> Switch:
        """Arguments for subprocess.Popen."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this user may pass through every existing folder above the path."""
        return all(self._passes(folder) for folder in path.absolute().parents if folder.exists())

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def unprivileged() -> Account | None:
    """None for a caller who is not root: servers then run as the caller."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=found.pw_uid, gid=found.pw_gid)
    raise Problem("PostgreSQL does not run as root and there is no user postgres or nobody: run as an ordinary user")


def copied_within_reach(account: Account | None, folder: Path, to: Path) -> Path:
    """The folder itself where the account reaches it, else a copy of it made once at `to`."""
    if account is None or account.reaches(folder / "x"):
        return folder
    if not to.exists():
        half = to.with_name(f"{to.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(folder, half, symlinks=True)
        half.rename(to)
    return to
