"""Why does this customer stand elsewhere than on another day, or by other rules?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from scoring.domain.explain.explain import view
from scoring.domain.explain.explain_diff import Difference, explain_diff
from scoring.domain.explain.metrics import metric_named
from scoring.domain.policy.rules import Rules
from scoring.domain.state.replay import Interaction
from scoring.domain.state.state import State
from scoring.usecases.deployment import Deployment
from scoring.usecases.find_customer import Customer
from scoring.usecases.judge_beside import judge_beside
from scoring.usecases.read_named_events import read_named_events


class NothingToCompare(Malformed):
    """Both sides are the same day by the same rules."""

    code = "nothing_to_compare"


class WrongWayRound(Malformed):
    """`from` is a later day than `to`, so that `to` could name no event that is new."""

    code = "wrong_way_round"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A day, and the rules to judge it by."""

    as_of: date
    rules: Rules


async def explain_difference(
    connection: AsyncConnection,
    customer: Customer,
    name: str | None,
    *,
    before: Side,
    after: Side,
    deployment: Deployment,
) -> list[Difference]:
    """One metric, or all that is shown and what moved most.

    Raises ScoreUnknown, NothingToCompare, WrongWayRound, LongPastsBusy.
    """
    metric = None if name is None else metric_named(name)
    if before.as_of > after.as_of:
        raise WrongWayRound(
            f"`from` {before.as_of} is after `to` {after.as_of}: give the earlier day as `from`; what moved back is "
            "the same with the other sign."
        )
    if (before.as_of, before.rules.versions) == (after.as_of, after.rules.versions):
        raise NothingToCompare(
            "Both sides are the same day by the same rules: give `from` (a day before `to`), or another "
            "`from_policy`, `to_policy`, `from_thresholds` or `to_thresholds`."
        )
    read = await read_named_events(connection, customer, as_of=after.as_of, deployment=deployment)

    def told() -> list[Difference]:
        return _compare(read(), customer.state, metric, before=before, after=after, deployment=deployment)

    return await judge_beside(connection, customer, told, deployment=deployment)


def _compare(
    interactions: Sequence[Interaction],
    state: State,
    metric: str | None,
    *,
    before: Side,
    after: Side,
    deployment: Deployment,
) -> list[Difference]:
    one, two = (
        view(interactions, side.as_of, side.rules.policy, side.rules.thresholds, deployment.setting, state=state)
        for side in (before, after)
    )
    return explain_diff(one, two, metric)
