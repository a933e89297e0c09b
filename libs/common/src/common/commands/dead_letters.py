"""`dead-letters list | replay [ID ...]`: what could not be applied, and applying it again with this code."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module

import uvloop

from common.dead_letters import list_dead_letters, replay
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
    failures = uvloop.run(_act(service, settings, None if chosen.action == "list" else chosen.ids))
    sys.exit(1 if failures else 0)


async def _act(service: str, settings: Settings, replayed: Sequence[int] | None) -> int:
    """Print what was asked for; how many letters still do not take effect."""
    failures = 0
    async with AsyncExitStack() as stack:
        worker: Worker = await import_module(f"{service}.app").make_worker(settings, stack)
        letters = [] if replayed else await list_dead_letters(worker.database, limit=MOST_LISTED)
        if replayed is None:
            for one in letters:
                where = f"{one.topic}[{one.partition}]@{one.offset}  {one.event}  customer {one.customer}  {one.reason}"
                sys.stdout.write(f"{one.id}  {where}  (again: python -m {service} dead-letters replay {one.id})\n")
            return 0
        for letter_id in replayed or [one.id for one in letters]:
            version = code_version(service)
            failed = await replay(worker.database, worker.handle, letter_id, code_version=version)
            failures += failed is not None
            sys.stdout.write(f"{letter_id}  {'failed: ' + failed if failed else 'took effect'}\n")
    return failures
