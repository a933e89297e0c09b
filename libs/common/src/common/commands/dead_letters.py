"""`dead-letters list | replay [ID ...]`: what could not be applied, and applying it again with this code."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

import uvloop

from common.dead_letters import DeadLetter, list_dead_letters, replay
from common.settings import Settings
from common.version import code_version
from common.worker import Worker

MOST_LISTED = 10_000


def run(service: str, settings: Settings, arguments: Sequence[str]) -> None:
    """Print a line a letter, oldest first; with `replay` how it went."""
    parser = argparse.ArgumentParser(prog=f"python -m {service} dead-letters")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="show what could not be applied, oldest first")
    replaying = actions.add_parser("replay", help="apply letters again with this code")
    replaying.add_argument("ids", nargs="*", type=int, help="letters to replay; none: all")
    chosen = parser.parse_args(arguments)
    uvloop.run(_act(service, settings, None if chosen.action == "list" else chosen.ids))


async def _act(service: str, settings: Settings, replayed: Sequence[int] | None) -> None:
    async with AsyncExitStack() as stack:
        worker: Worker = await import_module(f"{service}.app").make_worker(settings, stack)
        letters = await list_dead_letters(worker.database, limit=MOST_LISTED)
        for letter in letters:
            if replayed is None:
                sys.stdout.write(f"{_where(letter)}  customer {letter.customer}  {letter.reason}\n")
            elif not replayed or letter.id in replayed:
                version = code_version(service)
                failed = await replay(worker.database, worker.handle, letter.id, code_version=version)
                sys.stdout.write(f"{_where(letter)}  {'failed: ' + failed if failed else 'took effect'}\n")


def _where(letter: DeadLetter) -> str:
    return f"{letter.id}  {letter.topic}[{letter.partition}]@{letter.offset}  {letter.event}"
