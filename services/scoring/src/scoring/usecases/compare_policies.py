"""What would a policy move if it were in force? Judges a page of customers twice and adds up where they differ."""

import asyncio
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from scoring.domain.card import score
from scoring.domain.policy.rules import Rules
from scoring.domain.reports.what_if import Moves
from scoring.domain.state.arrays import known_on, pack
from scoring.domain.state.days import FOREVER, day_number
from scoring.store.jobs import Done, Job, Progress
from scoring.usecases.choose_rules import choose_rules
from scoring.usecases.deployment import Deployment
from scoring.usecases.read_base import START, BasePage, Place, read_base_page

PAGE: Final = 4_000


class _Kept(msgspec.Struct, kw_only=True):
    """Between two pages."""

    place: Place = START
    subjects: int = 0
    moves: Moves


async def compare_policies(connection: AsyncConnection, job: Job, deployment: Deployment) -> Progress | Done:
    """One page more; the last one gives the matrices, the movers and the changes that playbooks may answer."""
    params, as_of = job.params, date.fromisoformat(job.params["as_of"])
    live, draft = [await choose_rules(connection, **params[side], deployment=deployment) for side in ("live", "draft")]
    kept = _Kept(moves=Moves.none()) if job.partial is None else msgspec.convert(job.partial, _Kept)
    page, place = await read_base_page(connection, kept.place, deployment=deployment, size=PAGE)
    if page.customers:
        await asyncio.to_thread(_compare, kept.moves, page, as_of, live, draft, params["movers"])
    if place is None:
        return Done(result=_result(params, live, draft, kept.moves, deployment.currency), done=job.total)
    kept.place, kept.subjects = place, kept.subjects + len(page.customers)
    return Progress(done=min(kept.subjects, job.total or 0), total=job.total, partial=msgspec.to_builtins(kept))


def _compare(moves: Moves, page: BasePage, as_of: date, live: Rules, draft: Rules, movers: int) -> None:
    arrays = pack(page.bodies)
    before = score(arrays, as_of, live.policy, live.thresholds)
    after = score(arrays, as_of, draft.policy, draft.thresholds)
    # Who is known by a refund or a cancellation alone has nothing that is dated, and counts on every day.
    known = known_on(arrays, day_number(as_of)) | ~known_on(arrays, FOREVER)
    moves.add(page.customers, known, before, after, movers=movers)


def _result(params: dict[str, Any], live: Rules, draft: Rules, moves: Moves, currency: str) -> dict[str, Any]:
    sides = {"live": live.versions, "draft": draft.versions}
    told = {"as_of": params["as_of"], "currency": currency, "notes": params["notes"]}
    return {**told, **sides, **moves.as_mapping()}
