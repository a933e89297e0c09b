"""Are the manifests of deploy/k8s/base valid, of the restricted profile, and is each part of every service there?"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

from common.events import TOPICS

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
VERSION: Final[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
LASTING: Final = [f"{service}-{command}" for service in SERVICES for command in ("api", "worker")]
JOBS: Final = [f"{name}-{VERSION.replace('.', '-')}" for name in ("create-topics", *(f"{s}-migrate" for s in SERVICES))]

Manifest = dict[str, Any]
"""One Kubernetes object, or a part of one, as YAML gives it."""


@pytest.fixture(scope="module")
def manifests() -> dict[tuple[str, str], Manifest]:
    """Every object that the base makes, by kind and name."""
    finished = subprocess.run(
        [Path(sys.executable).with_name("kubectl"), "kustomize", "deploy/k8s/base"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(finished.stdout)}


def pods(manifests: dict[tuple[str, str], Manifest]) -> Iterator[tuple[str, Manifest]]:
    for (kind, name), manifest in manifests.items():
        if kind in {"Deployment", "Job"}:
            yield name, manifest["spec"]["template"]["spec"]


def container(pod: Manifest) -> Manifest:
    (only,) = pod["containers"]
    assert isinstance(only, dict)
    return only


def test_every_manifest_is_valid(manifests: dict[tuple[str, str], Manifest]) -> None:
    newest = kubernetes_validate.latest_version()
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, newest, strict=True)


def test_an_unknown_field_would_be_found(manifests: dict[tuple[str, str], Manifest]) -> None:
    wrong = manifests["Service", "ingest-api"] | {"spac": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_each_service_has_every_part(manifests: dict[tuple[str, str], Manifest]) -> None:
    assert {name for kind, name in manifests if kind == "Deployment"} == set(LASTING)
    assert {name for kind, name in manifests if kind == "PodDisruptionBudget"} == set(LASTING)
    assert {name for kind, name in manifests if kind == "Service"} == {f"{service}-api" for service in SERVICES}
    assert {name for kind, name in manifests if kind == "Job"} == set(JOBS)


def test_every_image_is_of_this_version(manifests: dict[tuple[str, str], Manifest]) -> None:
    images = {container(pod)["image"] for name, pod in pods(manifests) if not name.startswith("create-topics")}
    assert images == {f"guanxi:{VERSION}"}


def test_every_pod_keeps_to_the_restricted_profile(manifests: dict[tuple[str, str], Manifest]) -> None:
    for name, pod in pods(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys(), name
        assert all(not {"hostPath"} & volume.keys() for volume in pod["volumes"]), name


def test_every_pod_may_write_to_tmp_only(manifests: dict[tuple[str, str], Manifest]) -> None:
    for name, pod in pods(manifests):
        writable = [volume["name"] for volume in pod["volumes"] if "emptyDir" in volume]
        assert writable == ["tmp"], name
        assert {m["mountPath"]: m.get("readOnly", False) for m in container(pod)["volumeMounts"]}["/tmp"] is False  # noqa: S108
        assert all(mount["readOnly"] for mount in container(pod)["volumeMounts"] if mount["name"] != "tmp"), name


def test_engagement_has_a_place_for_what_would_go_out_and_for_the_secrets_of_its_ways_out(
    manifests: dict[tuple[str, str], Manifest],
) -> None:
    pod = manifests["Deployment", "engagement-worker"]["spec"]["template"]["spec"]
    told = {one["name"]: one.get("value") for one in container(pod)["env"]}
    assert told["GUANXI_OUTBOX_DIR"].startswith("/tmp/")  # noqa: S108 - the only writable place
    mounts = {one["mountPath"]: one["name"] for one in container(pod)["volumeMounts"]}
    secrets = {one["name"]: one["secret"] for one in pod["volumes"] if "secret" in one}
    assert secrets[mounts[told["GUANXI_SECRETS_DIR"]]]["optional"] is True


def test_every_container_has_requests_and_limits(manifests: dict[tuple[str, str], Manifest]) -> None:
    for name, pod in pods(manifests):
        resources = container(pod)["resources"]
        assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}, name


@pytest.mark.parametrize("name", LASTING)
def test_probes_ask_the_management_port(manifests: dict[tuple[str, str], Manifest], name: str) -> None:
    main = container(manifests["Deployment", name]["spec"]["template"]["spec"])
    paths = {kind: main[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert paths == {
        "startup": {"path": "/livez", "port": "management"},
        "liveness": {"path": "/livez", "port": "management"},
        "readiness": {"path": "/readyz", "port": "management"},
    }
    assert {"name": "management", "containerPort": 8100} in main["ports"]
    liveness = main["livenessProbe"]
    assert liveness["periodSeconds"] * (liveness["failureThreshold"] + 1) <= 60, "a wedged process restarts within 60 s"


@pytest.mark.parametrize("name", LASTING)
def test_a_roll_out_loses_nothing(manifests: dict[tuple[str, str], Manifest], name: str) -> None:
    spec = manifests["Deployment", name]["spec"]
    pod = spec["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 45
    assert spec["replicas"] >= 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert name.endswith("-worker") or container(pod)["lifecycle"]["preStop"]["sleep"]["seconds"] >= 5


@pytest.mark.parametrize("name", LASTING)
def test_budget_and_spread_select_the_pods_of_their_own_deployment(
    manifests: dict[tuple[str, str], Manifest], name: str
) -> None:
    spec = manifests["Deployment", name]["spec"]
    chosen = spec["selector"]["matchLabels"]
    assert chosen.items() <= spec["template"]["metadata"]["labels"].items()
    assert f"{chosen['app.kubernetes.io/name']}-{chosen['app.kubernetes.io/component']}" == name
    assert manifests["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"] == chosen
    (spread,) = spec["template"]["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == chosen


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_object_leads_to_its_own_api(manifests: dict[tuple[str, str], Manifest], service: str) -> None:
    deployment = manifests["Deployment", f"{service}-api"]
    selector = manifests["Service", f"{service}-api"]["spec"]["selector"]
    assert selector == deployment["spec"]["selector"]["matchLabels"]


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_migrate_job_holds_the_owner_password(
    manifests: dict[tuple[str, str], Manifest], service: str
) -> None:
    (job,) = (name for name in JOBS if name.startswith(f"{service}-migrate"))
    held = {"api": "password", "worker": "password", "migrate": "owner_password"}
    for command, key in held.items():
        named = ("Job", job) if command == "migrate" else ("Deployment", f"{service}-{command}")
        pod = manifests[named]["spec"]["template"]["spec"]
        secrets = {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}
        assert secrets["database"]["secretName"] == f"{service}-database"
        assert secrets["database"]["items"] == [{"key": key, "path": "password"}]
        assert container(pod)["args"] == ["$(SERVICE)", command]


def test_no_secret_stands_in_the_manifests(manifests: dict[tuple[str, str], Manifest]) -> None:
    assert "Secret" not in {kind for kind, _ in manifests}
    for name, pod in pods(manifests):
        for variable in container(pod).get("env", ()):
            assert "PASSWORD" not in variable["name"], name
            assert "secretKeyRef" not in variable.get("valueFrom", {}), f"{name}: secrets come as files"


def test_every_variable_that_a_pod_expands_is_its_own(manifests: dict[tuple[str, str], Manifest]) -> None:
    for name, pod in pods(manifests):
        known: set[str] = set()
        for variable in container(pod)["env"]:
            wanted = {part.split(")")[0] for part in variable.get("value", "").split("$(")[1:]}
            assert wanted <= known, f"{name}: {variable['name']} stands before what it needs"
            known.add(variable["name"])


def test_the_topics_job_creates_the_topics_of_the_contracts() -> None:
    contracts = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "contracts").glob("*.yaml"))]
    script = (ROOT / "deploy/k8s/base/create-topics.sh").read_text()
    (created,) = re.findall(r"^for topic in (.*); do$", script, re.MULTILINE)
    assert set(created.split()) == {contract["topic"] for contract in contracts} == set(TOPICS)
    assert {contract["partitions"] for contract in contracts} == {int(number("PARTITIONS", script))}
    retention_days = int(number("RETENTION_MS", script)) / (24 * 3600 * 1000)
    assert {contract["retention_days"] for contract in contracts} == {retention_days}
    assert int(number("MAX_MESSAGE_BYTES", script)) == 1024 * 1024


def number(name: str, script: str) -> str:
    (found,) = re.findall(rf"^{name}=(\d+)", script, re.MULTILINE)
    assert isinstance(found, str)
    return found
