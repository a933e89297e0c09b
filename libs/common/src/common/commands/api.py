"""`api`: HTTP only."""

from collections.abc import Sequence
from importlib import import_module

import uvloop

from common.garbage import collect_less
from common.http.serve import run_api
from common.settings import Settings
from common.version import code_version


def run(service: str, settings: Settings, _arguments: Sequence[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    app = import_module(f"{service}.app").make_app(settings)
    collect_less()
    uvloop.run(run_api(app, settings, service=service, version=code_version(service)))
