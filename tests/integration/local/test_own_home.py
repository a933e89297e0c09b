"""Does a bench or a chaos run that is told to end leave no server behind?"""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PROGRAM = """
import asyncio, json
from tests.support.homes import end_in_order_on_sigterm, own_home
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.postgres import start_postgres

async def main():
    async with own_home() as home:
        home.make()
        make_secrets(home)
        record = await start_postgres(home)
        print(json.dumps([record.pid, str(home.folder)]), flush=True)
        await asyncio.Event().wait()

end_in_order_on_sigterm()
asyncio.run(main())
"""
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("times", [1, 2])
def test_sigterm_once_or_twice_stops_the_servers_and_deletes_the_home(times: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        pid, folder = json.loads(process.stdout.readline())
        assert psutil.pid_exists(pid)
        for _ in range(times):
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert errors.endswith(b"KeyboardInterrupt\n"), errors.decode()
    assert not psutil.pid_exists(pid)
    assert not Path(folder).exists()
