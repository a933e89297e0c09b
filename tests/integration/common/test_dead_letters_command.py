"""Does `python -m <service> dead-letters` show what was buried, apply it again, and say when it cannot?"""

import os
import subprocess
import sys

from sqlalchemy import text
from tests.support.chassis import event
from tests.support.databases import Databases

from common.database import open_database
from common.dead_letters import bury
from common.events import INTERACTIONS, encode_event
from guanxi_cli.local.home import Home
from guanxi_cli.local.services import environment


async def test_letters_are_listed_with_the_command_that_applies_them_again(
    servers: Home, database_url: Databases
) -> None:
    url = await database_url("feedback")
    database = open_database(url, application="test")
    async with database.transaction() as connection:
        for offset, value in enumerate([encode_event(event(1, "c_" + "a" * 26)), b"no event"]):
            await bury(
                connection,
                topic=INTERACTIONS,
                partition=0,
                offset=offset,
                value=value,
                reason="ValueError: once",
                code_version="0",
            )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        told = {**os.environ, **environment(servers, "feedback"), "GUANXI_DATABASE_URL": url}
        command = [sys.executable, "-m", "feedback", "dead-letters", *arguments]
        return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60)

    listed = run("list")
    assert listed.returncode == 0, listed.stderr
    assert "ValueError: once  (again: python -m feedback dead-letters replay 1)" in listed.stdout
    replayed = run("replay")
    assert replayed.returncode == 1
    assert "1  took effect\n2  failed: DecodeError: " in replayed.stdout
    assert "2  failed: DecodeError" in run("replay", "2").stdout
    unknown = run("replay", "77")
    assert (unknown.returncode, "no such letter" in unknown.stdout) == (1, True)
    async with database.transaction() as connection:
        assert (
            await connection.execute(text("SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL"))
        ).scalar_one() == 1
    await database.close()
