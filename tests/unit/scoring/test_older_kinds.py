"""Which earlier policies may have left a state, and by which of them may each of its events count?"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring.domain.policy.policy import Policy
from scoring.store.audit_kinds import PublishedKinds
from scoring.usecases.audit_older_kinds import MOST_TERMS, terms_of, ways_to_count

MAPPING: dict[str, Any] = yaml.safe_load(Path("policies/scoring.yaml").read_text("utf-8"))
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def hours(number: float) -> datetime:
    return AT + timedelta(hours=number)


def published(version: str, since: datetime, **entries: Any) -> PublishedKinds:
    kinds = deepcopy(MAPPING["kinds"])
    for name, entry in entries.items():
        kinds[name] |= entry
    return PublishedKinds(version=version, published_at=since, kinds=kinds)


@pytest.fixture
def policy() -> Policy:
    return Policy.from_mapping(MAPPING)


def test_policies_that_count_alike_are_one_term_whatever_their_kinds_are_worth(policy: Policy) -> None:
    terms = terms_of(
        [
            published("2", hours(9)),  # not seen yet by who asks
            published(policy.version, hours(8)),
            published("worth", hours(7), visit={"engagement": {"points": 2, "cap": 9}}),
            published("types", hours(6), visit={"types": ["page.viewed"]}),
            published("when", hours(5), open={"when": {"personal": True}}),
            published("beside", hours(4), detractor={"beside": {"nps": 0.5}}),
        ],
        policy,
    )
    assert [term.since for term in terms] == [hours(7), hours(6), hours(5), hours(4)]
    assert {term.policy.version for term in terms} == {policy.version}


def test_only_the_newest_terms_are_tried_and_those_that_no_release_reads_are_left_out(policy: Policy) -> None:
    old = [published(str(number), hours(-number), open={"types": [f"message.opened{number}"]}) for number in range(9)]
    unreadable = PublishedKinds(version="old", published_at=hours(1), kinds={"unheard_of": {"types": ["a"]}})
    terms = terms_of([published(policy.version, hours(2)), unreadable, *old], policy)
    assert [term.since for term in terms] == [hours(2), hours(0), hours(-1), hours(-2)]
    assert len(terms) == MOST_TERMS


def test_the_first_guess_is_that_each_event_counts_as_its_own_time_said() -> None:
    times = [hours(1), hours(3), hours(5)]
    assert next(ways_to_count(times, [hours(4), hours(0)])) == (1, 1, 0)
    assert next(ways_to_count(times, [hours(4), hours(2), hours(0)])) == (1, 1, 0)
    assert (2, 1, 0) in set(ways_to_count(times, [hours(4), hours(2), hours(0)]))


def test_what_was_counted_before_the_first_known_term_may_be_by_any() -> None:
    # 0 was published, then 1, then 0 again: of the first time nothing is known.
    assert (0, 1, 0) in set(ways_to_count([hours(1), hours(3), hours(5)], [hours(4), hours(2)]))


def test_a_batch_under_way_at_a_publication_counts_by_either_side() -> None:
    begin = hours(2)
    times = [begin - timedelta(seconds=9), begin - timedelta(seconds=2), begin + timedelta(seconds=3)]
    found = set(ways_to_count(times, [begin, hours(0)]))
    assert {(1, 1, 0), (1, 0, 0), (1, 1, 1)} <= found
    assert (1, 0, 1) not in found


def test_far_from_every_publication_there_are_few_ways() -> None:
    times = [hours(number) for number in range(-500, 500)]
    assert len(set(ways_to_count(times, [hours(3.5), hours(2.5), hours(1.5), hours(0.5)]))) <= 3 * MOST_TERMS * 2
