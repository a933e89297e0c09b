"""Which port base may this test use while other tests, in other processes, look for one too?"""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from guanxi_cli.local.ports import OFFSETS, is_free

CLAIMS = Path(tempfile.gettempdir(), f"guanxi-port-bases-{os.getuid()}")
BASES = range(20000, 32600, 200)  # below the ports that the system hands to clients


def claim_port_base(claims: Path = CLAIMS) -> int:
    """A base whose ports are all free, claimed for as long as this process lives.

    One process at a time: of two that find the same dead claim the second would else delete the first one's new claim.
    """
    claims.mkdir(exist_ok=True)
    with (claims / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for base in BASES:
            if _claimed(claims / str(base)) and all(is_free(base + offset) for offset in OFFSETS.values()):
                return base
    raise OSError(f"every port base of {BASES} is in use")


def release_port_base(base: int) -> None:
    """Give a base back before this process ends."""
    (CLAIMS / str(base)).unlink(missing_ok=True)


def _claimed(claim: Path) -> bool:
    with suppress(FileNotFoundError, ValueError):
        if not psutil.pid_exists(int(claim.read_text())):
            claim.unlink(missing_ok=True)
    try:
        with claim.open("x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        return False
    return True
