"""What does the quickstart say where no system answers? Against ports that nobody listens on."""

from pathlib import Path

from tests.support.port_bases import claim_port_base, release_port_base
from typer.testing import CliRunner

from guanxi_cli.__main__ import make_app
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import write_credentials
from guanxi_cli.local.problem import Problem


def test_a_stopped_system_is_told_before_any_step(tmp_path: Path) -> None:
    base = claim_port_base()
    home = Home(folder=tmp_path / "home", port_base=base)
    home.make()
    write_credentials(home, admin_key="gx_admin", write_key="gx_write")
    environment = {"GUANXI_HOME": str(home.folder), "GUANXI_PORT_BASE": str(base)}
    result = CliRunner().invoke(make_app(), ["quickstart", "--answer", "3"], env=environment)
    release_port_base(base)
    assert result.output == ""
    assert isinstance(result.exception, Problem)
    assert "ingest-api" in str(result.exception)
    assert "engagement-worker" in str(result.exception)
    assert "Run guanxi up first" in str(result.exception)
