"""Does docker-compose.yml, as the Compose binary resolves it, start what it promises, hardened and without a secret?"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final = Path(sys.executable).with_name("docker-compose")
SERVICES: Final = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
PROCESSES: Final = [(service, command) for service in SERVICES for command in ("migrate", "api", "worker")]
LASTING: Final = [(service, command) for service, command in PROCESSES if command != "migrate"]

Part = dict[str, Any]
"""One service of the Compose file, as JSON."""


@pytest.fixture(scope="module")
def compose() -> Part:
    """The file as Compose itself reads it, merged and interpolated with no variable set."""
    finished = subprocess.run(
        [
            Path(sys.executable).with_name("docker-compose"),
            "--file",
            "docker-compose.yml",
            "config",
            "--format",
            "json",
        ],
        cwd=ROOT,
        env={"HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    resolved: Part = json.loads(finished.stdout)
    return resolved


def process(compose: Part, service: str, command: str) -> Part:
    part: Part = compose["services"][f"{service}-{command}"]
    return part


def test_there_is_nothing_but_the_services_and_what_they_stand_on(compose: Part) -> None:
    named = {f"{service}-{command}" for service, command in PROCESSES}
    assert set(compose["services"]) == named | {"postgres", "kafka", "topics"}


@pytest.mark.parametrize(("service", "command"), PROCESSES)
def test_each_process_runs_its_command_of_the_one_image(compose: Part, service: str, command: str) -> None:
    part = process(compose, service, command)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert part["command"] == [service, command]
    assert part["image"] == f"guanxi:{version}"


@pytest.mark.parametrize(("service", "command"), PROCESSES)
def test_each_process_is_locked_down(compose: Part, service: str, command: str) -> None:
    part = process(compose, service, command)
    assert part["read_only"] is True
    assert part["tmpfs"] == ["/tmp"]  # noqa: S108
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in part


@pytest.mark.parametrize("name", ["postgres", "kafka", "topics"])
def test_what_they_stand_on_has_no_capabilities_either(compose: Part, name: str) -> None:
    assert compose["services"][name]["cap_drop"] == ["ALL"]
    assert compose["services"][name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize(("service", "command"), LASTING)
def test_api_and_worker_wait_for_migrations_and_topics(compose: Part, service: str, command: str) -> None:
    needs = process(compose, service, command)["depends_on"]
    assert {name: need["condition"] for name, need in needs.items()} == {
        f"{service}-migrate": "service_completed_successfully",
        "topics": "service_completed_successfully",
    }


@pytest.mark.parametrize(("service", "command"), LASTING)
def test_health_is_readiness_on_the_management_port(compose: Part, service: str, command: str) -> None:
    part = process(compose, service, command)
    assert f"127.0.0.1:{part['environment']['GUANXI_MANAGEMENT_PORT']}/readyz" in part["healthcheck"]["test"][-1]
    assert part["stop_grace_period"] == "45s"


@pytest.mark.parametrize("service", SERVICES)
def test_only_migrate_holds_the_owner_password(compose: Part, service: str) -> None:
    for command, role in (("migrate", f"{service}_owner"), ("api", service), ("worker", service)):
        part = process(compose, service, command)
        held = {secret["source"] for secret in part["secrets"] if secret["source"].endswith("_password")}
        assert held == {f"{role}_password"}
        url = part["environment"]["GUANXI_DATABASE_URL"]
        assert url == f"postgresql://{role}@postgres:5432/{service}?password_file=/run/secrets/{role}_password"


def test_every_file_that_a_setting_names_is_mounted(compose: Part) -> None:
    for name, part in compose["services"].items():
        mounted = {secret["source"] for secret in part.get("secrets", ())}
        for setting, value in (part.get("environment") or {}).items():
            if setting.endswith("_FILE") and not name.endswith("-migrate"):
                assert value.removeprefix("/run/secrets/") in mounted, f"{name} {setting}"


def test_ports_are_open_to_this_machine_only(compose: Part) -> None:
    published = [port for part in compose["services"].values() for port in part.get("ports", ())]
    assert sorted(port["published"] for port in published) == ["8001", "8002", "8003", "8004"]
    assert {port["host_ip"] for port in published} == {"127.0.0.1"}


def test_no_secret_stands_in_the_file(compose: Part) -> None:
    assert all(set(secret) == {"name", "file"} for secret in compose["secrets"].values())
    for part in compose["services"].values():
        for setting, value in (part.get("environment") or {}).items():
            assert not re.search("PASSWORD|SECRET|TOKEN", setting) or setting.endswith("_FILE")
            assert not re.search(r"://[^/@]*:[^/@]*@", value), f"{setting} holds a password"


def test_every_secret_is_made_by_the_script(compose: Part, tmp_path: Path) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_text((ROOT / "deploy/compose/make-secrets.sh").read_text())
    subprocess.run(["sh", script], check=True, capture_output=True, timeout=60)
    made = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == {Path(secret["file"]).name for secret in compose["secrets"].values()} | {"admin_key"}
    keys = {key["name"]: key["sha256"] for key in yaml.safe_load(made["keys.yaml"])}
    assert keys == {
        "ingest-to-scoring": hashlib.sha256(made["scoring_key"]).hexdigest(),
        "admin": hashlib.sha256(made["admin_key"]).hexdigest(),
    }
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    subprocess.run(["sh", script], check=True, capture_output=True, timeout=60)
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == made


def test_postgresql_18_keeps_its_data_where_its_image_wants_them(compose: Part) -> None:
    part = compose["services"]["postgres"]
    assert part["image"].startswith("postgres:18")
    assert "/var/lib/postgresql" in {volume["target"] for volume in part["volumes"]}


def test_kafka_is_apache_kafka_with_its_own_quorum(compose: Part) -> None:
    part = compose["services"]["kafka"]
    assert part["image"].startswith("apache/kafka:4.3.")
    assert part["environment"]["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert part["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert part["environment"]["KAFKA_LOG_DIRS"] in {volume["target"] for volume in part["volumes"]}
