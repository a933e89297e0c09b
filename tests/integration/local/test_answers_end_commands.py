"""With which status do commands end on what scoring answers, and what do they leave alone? Against canned answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from guanxi_cli.__main__ import make_app
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import write_credentials
from guanxi_cli.local.ports import LOOPBACK, OFFSETS
from guanxi_cli.local.problem import Problem

TESTED: dict[str, Any] = {"version": "bold", "author": "ann", "tests": [], "message": None}
NOBODY = {"as_of": "2020-01-01", "horizon_days": 90, "customers": 0, "sentences": {"en": [], "zh": []}}
JOB = {"id": "job_1", "kind": "quality", "state": "done", "done": 0, "total": 0, "error": None}


@contextmanager
def answering(status: int, answer: dict[str, Any], folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a home whose scoring answers every POST so."""

    class Scoring(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            kind = "json" if status < 400 else "problem+json"
            self.send_response(status)
            self.send_header("content-type", f"application/{kind}")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

    with ThreadingHTTPServer((LOOPBACK, 0), Scoring) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = Home(folder=folder, port_base=server.server_port - OFFSETS["scoring"])
        write_credentials(home, admin_key="gx_a", write_key="gx_w")
        yield {"GUANXI_HOME": str(folder), "GUANXI_PORT_BASE": str(home.port_base)}
        server.shutdown()


@pytest.mark.parametrize("command", ["draft", "test"])
@pytest.mark.parametrize(("passed", "failed", "status"), [(20, 0, 0), (19, 1, 1)])
def test_a_policy_that_fails_a_test_ends_the_command_with_1(
    tmp_path: Path, command: str, passed: int, failed: int, status: int
) -> None:
    with answering(200, {**TESTED, "passed": passed, "failed": failed}, tmp_path) as environment:
        result = CliRunner().invoke(make_app(), ["policy", command, "policies/scoring.yaml"], env=environment)
    assert result.exit_code == status
    assert f"{passed} passed, {failed} failed" in result.output


def test_a_version_without_any_test_ends_its_test_with_1(tmp_path: Path) -> None:
    with answering(200, {**TESTED, "passed": 0, "failed": 0}, tmp_path) as environment:
        result = CliRunner().invoke(make_app(), ["policy", "test", "bold"], env=environment)
    assert result.exit_code == 1
    assert "nothing was checked" in result.output


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("The policy, line 2: says version twice.", "The policy, line 2: says version twice."),
        ("tier.guard_days: must be at most 400", "tier.guard_days: must be at most 400 (line 2)"),
    ],
)
def test_the_line_of_a_bad_policy_is_named_once(tmp_path: Path, detail: str, told: str) -> None:
    with answering(422, {"detail": detail, "line": 2}, tmp_path) as environment:
        result = CliRunner().invoke(make_app(), ["policy", "test", "policies/scoring.yaml"], env=environment)
    assert isinstance(result.exception, Problem)
    assert str(result.exception).endswith(f"answered 422: {told}")


def test_a_day_before_all_data_leaves_the_page_of_quality_alone(tmp_path: Path) -> None:
    page = tmp_path / "quality.html"
    page.write_text("of another day")
    with answering(202, {**JOB, "result": NOBODY}, tmp_path) as environment:
        result = CliRunner().invoke(make_app(), ["quality", "--as-of", "2020-01-01"], env=environment)
    assert isinstance(result.exception, Problem)
    assert "nothing is known up to 2020-01-01" in str(result.exception)
    assert page.read_text() == "of another day"
