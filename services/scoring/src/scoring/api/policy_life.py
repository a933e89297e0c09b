"""POST /v1/policies...: how does a policy become a draft, pass its tests, and come into force?"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from common.http.keys import Principal, get_principal
from common.http.transaction import Connection
from scoring.api.answers_jobs import JobAnswer
from scoring.api.answers_policies import DraftAnswer, PolicyTestsAnswer, PublishedAnswer
from scoring.api.asking import Day, Deployed
from scoring.usecases.ask_what_if import ask_what_if
from scoring.usecases.check_policy_version import check_policy_version
from scoring.usecases.create_policy_draft import check_policy, create_policy_draft
from scoring.usecases.find_job import find_job
from scoring.usecases.publish_policy import publish_policy

router = APIRouter()

Caller = Annotated[Principal, Depends(get_principal)]

Fixtures = Annotated[list[dict[str, Any]], Field(max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a misspelt member would be ignored, and something else judged


class PolicyQuestion(_Asked):
    """`policy`: the whole mapping, or the text of a policy file (then refusals name the line)."""

    policy: dict[str, Any] | str
    tests: Fixtures = []


class Draft(PolicyQuestion):
    """`version`: a free name; without one the policy's own, with a number behind it where it is taken (`message`)."""

    version: Annotated[str | None, Field(max_length=64)] = None
    note: Annotated[str, Field(max_length=2000)] = ""


class MoreTests(_Asked):
    """Fixtures beside the stored ones, for this answer only."""

    tests: Fixtures = []


class WhatIf(_Asked):
    """`as_of`: default today. `thresholds`: of the draft's side, a version or members. `movers`: how many by name."""

    as_of: Day = None
    thresholds: str | dict[str, Any] | None = None
    movers: Annotated[int, Field(ge=0, le=1000)] = 100


@router.post("/v1/policies", status_code=201)
async def post_policy(
    asked: Draft, connection: Connection, caller: Caller, deployment: Deployed, response: Response
) -> DraftAnswer:
    """Store an immutable draft, checked as a policy file is; nobody is judged by it before it is published."""
    draft = await create_policy_draft(
        connection,
        asked.policy,
        tests=asked.tests,
        note=asked.note,
        version=asked.version,
        author=caller.name,
        deployment=deployment,
    )
    response.headers["location"] = f"/v1/policies/{draft.version}"
    tested = PolicyTestsAnswer.of(draft.version, draft.results).model_dump()
    return DraftAnswer(**tested, author=caller.name, message=draft.message)


@router.post("/v1/policies/test")
async def post_unstored_test(asked: PolicyQuestion, connection: Connection, deployment: Deployed) -> PolicyTestsAnswer:
    """Check and test a policy that is stored nowhere."""
    checked = await check_policy(connection, asked.policy, asked.tests, deployment=deployment)
    return PolicyTestsAnswer.of(checked.policy.version, checked.results)


@router.post("/v1/policies/{version}/test")
async def post_test(
    version: str, connection: Connection, deployment: Deployed, asked: MoreTests | None = None
) -> PolicyTestsAnswer:
    """Run every test of a version: the shipped ones, its own, and for a draft those of the policy in force."""
    added = asked.tests if asked else []
    return PolicyTestsAnswer.of(version, await check_policy_version(connection, version, added, deployment=deployment))


@router.post("/v1/policies/{version}/what-if", status_code=202)
async def post_what_if(
    version: str,
    connection: Connection,
    caller: Caller,
    deployment: Deployed,
    response: Response,
    asked: WhatIf | None = None,
) -> JobAnswer:
    """Judge every customer by this version beside the live rules: a long run, which writes nothing else."""
    wanted = asked or WhatIf()
    id_ = await ask_what_if(
        connection,
        version,
        thresholds=wanted.thresholds,
        as_of=wanted.as_of or deployment.today(),
        movers=wanted.movers,
        asked_by=caller.name,
        deployment=deployment,
    )
    response.headers["location"] = f"/v1/jobs/{id_}"
    return JobAnswer.model_validate(await find_job(connection, id_))


@router.post("/v1/policies/{version}/publish")
async def post_publish(version: str, connection: Connection, caller: Caller, deployment: Deployed) -> PublishedAnswer:
    """Put a version in force, with another key than its author's, once every test passes."""
    found = await publish_policy(connection, version, by=caller.name, deployment=deployment)
    return PublishedAnswer(
        **PolicyTestsAnswer.of(version, found.results).model_dump(),
        published_at=found.published_at,
        published_by=found.published_by,
        rescoring=found.run,
    )
