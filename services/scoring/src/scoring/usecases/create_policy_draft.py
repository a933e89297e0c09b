"""How does a new policy begin? As an immutable draft that was checked and judges nobody yet."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Conflict
from scoring.domain.policy.fixture import read_fixtures
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.store.policies import add_policy, list_policies, lock_policies
from scoring.usecases.collect_policy_tests import collect_draft_tests
from scoring.usecases.deployment import Deployment
from scoring.usecases.load_policy import free_name
from scoring.usecases.read_policy_text import read_policy_text
from scoring.usecases.run_policy_tests import FixtureResult, run_policy_tests


class PolicyVersionTaken(Conflict):
    """There is a version of that name, and versions never change."""

    code = "policy_version_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicy:
    """A policy that may become a draft, and what its tests say of it."""

    body: dict[str, Any]  # checked by Policy.from_mapping
    policy: Policy
    results: list[FixtureResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """The name that the draft got, why it is another than the policy gave itself (else None), and its tests."""

    version: str
    message: str | None
    results: list[FixtureResult]


async def check_policy(
    connection: AsyncConnection,
    told: str | Mapping[str, Any],
    tests: Sequence[Mapping[str, Any]],
    *,
    version: str | None = None,
    deployment: Deployment,
) -> CheckedPolicy:
    """Check a policy told as a mapping or as YAML text. Raises PolicyTextUnreadable, PolicyInvalid."""
    body, policy = await asyncio.to_thread(_read, told, version)
    read_fixtures(tests)
    fixtures = await collect_draft_tests(connection, tests)
    results = await asyncio.to_thread(run_policy_tests, fixtures, policy, deployment=deployment)
    return CheckedPolicy(body=body, policy=policy, results=results)


async def create_policy_draft(
    connection: AsyncConnection,
    told: str | Mapping[str, Any],
    *,
    tests: Sequence[Mapping[str, Any]],
    note: str,
    version: str | None,
    author: str,
    deployment: Deployment,
) -> StoredDraft:
    """A draft may fail its tests, the policy in force may not.

    A version that was asked for must be free; else the policy's own name, with a number behind it where it is taken.
    Raises PolicyTextUnreadable, PolicyInvalid, PolicyVersionTaken.
    """
    await lock_policies(connection)
    checked = await check_policy(connection, told, tests, version=version, deployment=deployment)
    wanted, taken = checked.policy.version, {one.version for one in await list_policies(connection)}
    name = free_name(wanted, taken)
    why = f"There is a policy {wanted} already, and versions never change" if name != wanted else None
    if why and version is not None:
        raise PolicyVersionTaken(f"{why}: name another, {name} is free.", free_version=name)
    body = {**checked.body, "version": name}
    await add_policy(connection, version=name, body=body, tests=tests, author=author, note=note)
    message = f"{why}: this draft is stored as {name}." if why else None
    return StoredDraft(version=name, message=message, results=checked.results)


def _read(told: str | Mapping[str, Any], version: str | None) -> tuple[dict[str, Any], Policy]:
    text = read_policy_text(told) if isinstance(told, str) else None
    body = text.mapping if text is not None else dict(told)  # type: ignore[arg-type]
    if version is not None:
        body = {**body, "version": version}
    try:
        policy = Policy.from_mapping(body)
    except PolicyInvalid as err:
        if text is not None:
            err.data["line"] = text.line_of(err.data["path"])
        raise
    return msgspec.json.decode(msgspec.json.encode(body)), policy
