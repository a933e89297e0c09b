"""How is a short command run to its end, and its output shown only when it fails?"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from contextlib import suppress

from guanxi_cli.local.account import Account, Switch
from guanxi_cli.local.problem import Problem

LINES_SHOWN = 15


async def run(
    command: Sequence[str],
    *,
    what: str,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> str:
    """Output of the command; a Problem with its last lines when it fails or takes too long. Ended when cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd="/",
        env=environment,
        start_new_session=True,
        umask=0o077,
        **(account.switch() if account else Switch()),
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        raise Problem(f"{what} took longer than {seconds:.0f} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    text = output.decode(errors="replace")
    if process.returncode != 0:
        raise Problem(f"{what} failed:\n" + last_lines(text))
    return text


def last_lines(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()[-LINES_SHOWN:])
