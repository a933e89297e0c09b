"""What does `python -m <service>` do? One command line for every service; each command is a module of its own.

A command's module is imported when it is asked for: `migrate` needs no web framework and `api` no alembic. They find
the service's `make_app`, `make_worker` and `seed` (optional: writes what the tables need at first) in `<service>.app`.
"""

import argparse
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import structlog
from pydantic import ValidationError

from common.errors import AppError
from common.log import configure_logging
from common.settings import Settings

log = structlog.get_logger()

COMMANDS: Final = {
    "api": "common.commands.api",
    "worker": "common.commands.worker",
    "migrate": "common.commands.migrate",
    "dead-letters": "common.commands.dead_letters",
}


def main(service: str, settings_class: type[Settings], own: Mapping[str, str] | None = None) -> None:
    """Run the command of `sys.argv`; exits 2 on wrong usage or settings, 1 when a process dies.

    `own`: the service's commands beside these, each with the module that runs it.
    """
    commands = {**COMMANDS, **(own or {})}
    parser = argparse.ArgumentParser(prog=f"python -m {service}")
    parser.add_argument("command", choices=commands)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    try:
        settings = settings_class()
    except ValidationError as error:
        lines = [f"GUANXI_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        parser.exit(2, f"{service} cannot start; set these environment variables:\n  " + "\n  ".join(lines) + "\n")
    configure_logging(service=service, process=chosen.command, level=settings.log_level)
    try:
        import_module(commands[chosen.command]).run(service, settings, chosen.arguments)
    except AppError as error:
        log.critical("process_refused", reason=error.message)
        sys.exit(1)
    except Exception:
        log.critical("process_died", exc_info=True)
        sys.exit(1)
