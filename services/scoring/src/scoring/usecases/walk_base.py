"""Where is a long run on its way through the whole base? Kept between its steps: place, pages, and by which rules."""

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.policy.rules import Rules
from scoring.store.bodies import count_bodies
from scoring.store.jobs import Job, Progress
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import START, Place


class Walk(msgspec.Struct, kw_only=True, frozen=True):
    """`policy`, `thresholds`: in force when the run began, and until it ends; `subjects`: states when it began.

    `found`: what a kind of run keeps beside its pages, small.
    """

    policy: str
    thresholds: str
    subjects: int
    place: Place = START
    pages: int = 0
    customers: int = 0
    found: dict[str, Any] = {}

    def progress(self, *, laps: int = 1, lap: int = 0) -> Progress:
        """What to keep; `total` are the subjects of all laps, so aliases make the last steps of a lap a leap."""
        done = min(lap * self.subjects + self.customers, laps * self.subjects)
        return Progress(done=done, total=laps * self.subjects, partial=msgspec.to_builtins(self))


async def walk_on(connection: AsyncConnection, job: Job, *, deployment: Deployment) -> tuple[Walk, Rules]:
    """Where the run is, or its beginning; raises what choose_rules raises."""
    if job.partial is None:
        rules = await deployment.rules.in_force(connection)
        subjects = await count_bodies(connection)
        walk = Walk(policy=rules.policy.version, thresholds=rules.thresholds.version, subjects=subjects)
        return walk, rules
    walk = msgspec.convert(job.partial, Walk)
    rules = await choose_rules(connection, policy=walk.policy, thresholds=walk.thresholds, deployment=deployment)
    return walk, rules
