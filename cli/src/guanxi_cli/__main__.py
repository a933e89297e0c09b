"""The command `guanxi`."""

import sys

import typer

from guanxi_cli.commands.calibrate import calibrate, quality
from guanxi_cli.commands.demo import demo
from guanxi_cli.commands.doctor import doctor
from guanxi_cli.commands.down import down
from guanxi_cli.commands.importing import import_file
from guanxi_cli.commands.keys import credentials, keys
from guanxi_cli.commands.logs import logs
from guanxi_cli.commands.policy import policy
from guanxi_cli.commands.quickstart import quickstart
from guanxi_cli.commands.reset import reset
from guanxi_cli.commands.status import status
from guanxi_cli.commands.up import up
from guanxi_cli.local.problem import Problem


def make_app() -> typer.Typer:
    app = typer.Typer(
        name="guanxi",
        help="Guanxi (关系) on one machine.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for command in (up, status, logs, down, reset, demo, quickstart, calibrate, quality, credentials, doctor):
        app.command()(command)
    app.command("import")(import_file)
    app.add_typer(keys, name="keys")
    app.add_typer(policy, name="policy")
    return app


def main() -> None:
    """What a person can mend is told in one sentence, not in a traceback."""
    try:
        make_app()()
    except (Problem, PermissionError) as problem:
        typer.echo(f"guanxi: {problem}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
