"""What do the commands print that touch no server?"""

import hashlib
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from guanxi_cli.__main__ import make_app
from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import make_secrets
from guanxi_cli.local.problem import Problem


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(folder=tmp_path / "home", port_base=9000)


def guanxi(home: Home, *arguments: str, answer: str = "") -> str:
    environment = {"GUANXI_HOME": str(home.folder), "GUANXI_PORT_BASE": str(home.port_base)}
    result = CliRunner().invoke(make_app(), arguments, input=answer, env=environment)
    if isinstance(result.exception, Problem):
        raise result.exception
    return result.output


@pytest.mark.parametrize(
    "scopes",
    [
        ["--scope", "customers:read", "--scope", "care:read"],
        ["--scope", "customers:read", "care:read"],
    ],
)
def test_a_created_key_is_shown_once_and_kept_as_its_hash(home: Home, scopes: list[str]) -> None:
    key = guanxi(home, "keys", "create", "--name", "crm", *scopes).strip()
    [kept] = yaml.safe_load((home.folder / "keys.yaml").read_text())
    assert kept == {
        "name": "crm",
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "scopes": ["customers:read", "care:read"],
    }


def test_keys_are_listed_by_name_with_what_they_may_do_and_until_when(home: Home) -> None:
    key = guanxi(home, "keys", "create", "--name", "crm", "--scope", "care:read", "--expires-at", "2027-01-31").strip()
    guanxi(home, "keys", "create", "--name", "till", "--scope", "events:write")
    listed = guanxi(home, "keys", "list")
    assert [line.split()[1] for line in listed.splitlines() if ":" in line] == ["crm", "till"]
    assert "2027-01-31" in listed
    assert "never" in listed
    assert key not in listed


def test_a_revoked_key_is_gone_and_its_neighbours_stay(home: Home) -> None:
    for name in ("crm", "till"):
        guanxi(home, "keys", "create", "--name", name, "--scope", "care:read")
    guanxi(home, "keys", "revoke", "crm")
    assert [key["name"] for key in yaml.safe_load((home.folder / "keys.yaml").read_text())] == ["till"]
    with pytest.raises(Problem, match="no key named crm; there are: till"):
        guanxi(home, "keys", "revoke", "crm")


@pytest.mark.parametrize(("name", "delete"), [("admin", "admin_key"), ("ingest-to-scoring", "scoring.key")])
def test_a_key_that_up_would_bring_back_is_not_revoked_but_replaced(home: Home, name: str, delete: str) -> None:
    home.make()
    make_secrets(home)
    with pytest.raises(Problem, match=f"delete .*{delete}.* and run guanxi up"):
        guanxi(home, "keys", "revoke", name)


def test_credentials_are_printed_as_they_are_kept(home: Home) -> None:
    home.make()
    make_secrets(home)
    assert guanxi(home, "credentials") == (home.folder / "credentials.json").read_text()


def test_credentials_of_a_home_that_was_never_up_say_what_to_do(home: Home) -> None:
    with pytest.raises(Problem, match="run guanxi up first"):
        guanxi(home, "credentials")


def test_logs_show_the_last_lines_of_one_part_or_of_all_by_name(home: Home) -> None:
    home.make()
    home.log("kafka").write_text("one\ntwo\nthree\n")
    home.log("postgres").write_text("four\n")
    assert guanxi(home, "logs", "kafka", "--no-follow", "--lines", "2") == "two\nthree\n"
    assert guanxi(home, "logs", "--no-follow", "--lines", "1").split() == ["kafka", "three", "postgres", "four"]
    with pytest.raises(Problem, match="there are: kafka, postgres"):
        guanxi(home, "logs", "kafak", "--no-follow")


def test_reset_deletes_only_after_a_yes_and_only_a_home(home: Home) -> None:
    home.make()
    guanxi(home, "reset", answer="n\n")
    assert home.folder.exists()
    guanxi(home, "reset", answer="y\n")
    assert not home.folder.exists()


def test_reset_refuses_a_folder_that_it_did_not_make(home: Home) -> None:
    home.folder.mkdir()
    with pytest.raises(Problem, match="nothing deleted"):
        guanxi(home, "reset", "--yes")
    assert home.folder.exists()
