"""Does a policy make of these interactions what is expected? Each fixture replayed and judged, stored nowhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from common.errors import AppError, Conflict
from scoring.domain.card import Cards, score
from scoring.domain.policy.fixture import Fixture
from scoring.domain.policy.policy import Policy
from scoring.domain.policy.reading import PolicyInvalid
from scoring.domain.policy.thresholds import Thresholds
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.replay import replay
from scoring.domain.state.state import State
from scoring.usecases.deployment import Deployment
from scoring.usecases.preview_card import MOST_INTERACTIONS, read_interactions

FIXTURE_THRESHOLDS: Final = "fixture"
MOST_EVENTS: Final = 20_000


class PolicyTestsFailed(Conflict):
    """Some fixture came out otherwise than expected; `failures` names each with what was expected and what came."""

    code = "policy_tests_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureResult:
    """`got` holds every dimension that was expected; `differs` those that came out otherwise."""

    name: str
    passed: bool
    expected: dict[str, object]
    got: dict[str, object]
    differs: dict[str, dict[str, object]] = field(default_factory=dict)


def run_policy_tests(fixtures: Iterable[Fixture], policy: Policy, *, deployment: Deployment) -> list[FixtureResult]:
    """One result a fixture. Raises PolicyInvalid where a fixture cannot be replayed."""
    told = list(fixtures)
    if sum(fixture.size for fixture in told) > MOST_EVENTS:
        raise PolicyInvalid("tests", f"must have at most {MOST_EVENTS} interactions together")
    somebody = [_somebody(fixture, policy, deployment) for fixture in told]
    alike: dict[tuple[date, Thresholds], list[int]] = {}  # of one day and thresholds: judged at once
    for number, (fixture, (thresholds, _)) in enumerate(zip(told, somebody, strict=True)):
        alike.setdefault((fixture.as_of, thresholds), []).append(number)
    results: dict[int, FixtureResult] = {}
    for (as_of, thresholds), numbers in alike.items():
        columns = score(pack_states(somebody[number][1] for number in numbers), as_of, policy, thresholds)
        cards = Cards(columns, deployment.currency)
        for place, number in enumerate(numbers):
            results[number] = _result(told[number], cards.card(place, told[number].name))
    return [results[number] for number in range(len(told))]


def check_passed(results: Sequence[FixtureResult], version: str) -> None:
    """Raise PolicyTestsFailed unless every test passed."""
    failed = [one for one in results if not one.passed]
    if failed:
        first, more = failed[0], f" ({len(failed) - 1} more in failures)" if len(failed) > 1 else ""
        raise PolicyTestsFailed(
            f"Policy {version}: {len(failed)} of {len(results)} tests failed. {first.name}: {_told(first)}{more}. "
            "Correct the policy, or give a test of the same name that expects what is now wanted.",
            failures=[{"name": one.name, "differs": one.differs} for one in failed],
        )


def _somebody(fixture: Fixture, policy: Policy, deployment: Deployment) -> tuple[Thresholds, State]:
    try:
        return _thresholds(fixture, policy), _state(fixture, policy, deployment)
    except PolicyInvalid as err:
        raise PolicyInvalid(f"tests[{fixture.name}].{err.data['path']}", err.data["why"]) from err
    except AppError as err:
        raise PolicyInvalid(f"tests[{fixture.name}].interactions", f"cannot be replayed: {err.message}") from err


def _thresholds(fixture: Fixture, policy: Policy) -> Thresholds:
    if not fixture.thresholds:
        return policy.fixed
    return Thresholds.from_mapping(fixture.thresholds, version=FIXTURE_THRESHOLDS, base=policy.fixed)


def _state(fixture: Fixture, policy: Policy, deployment: Deployment) -> State:
    if fixture.size > MOST_INTERACTIONS:
        raise PolicyInvalid("interactions", f"must be at most {MOST_INTERACTIONS}")
    events = list(fixture.events(zone=deployment.zone, currency=deployment.currency))
    return replay(read_interactions(events), policy, deployment.setting)


def _result(fixture: Fixture, card: dict[str, Any]) -> FixtureResult:
    differs = fixture.differences(card)
    return FixtureResult(
        name=fixture.name,
        passed=not differs,
        expected=dict(fixture.expect),
        got={name: card[name] for name in fixture.expect},
        differs=differs,
    )


def _told(result: FixtureResult) -> str:
    return ", ".join(f"{name} is {each['got']}, not {each['expected']}" for name, each in result.differs.items())
