"""Are many copies of one customer judged as each of them alone is?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.scoring.build import POLICY, SETTING, at, on
from tests.unit.scoring.stories import LAST_DAY, as_of_days, stories

from scoring.domain.card import score
from scoring.domain.explain.metrics import METRICS, NUMBERS, all_values
from scoring.domain.state.arrays import pack_states
from scoring.domain.state.copies import FIRST_DAYS, More, over_days, score_days, with_more
from scoring.domain.state.days import date_of, day_number
from scoring.domain.state.effects import Order, Tally
from scoring.domain.state.kinds import KIND_ID
from scoring.domain.state.replay import Interaction, replay

Story = list[Interaction]


@given(stories, st.integers(0, LAST_DAY), st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True))
@settings(max_examples=10, deadline=None)
def test_many_days_in_one_call_equal_each_day_alone(story: Story, first: int, after: list[int]) -> None:
    arrays = pack_states([replay(story, POLICY, SETTING)])
    days = [day_number(on(first + more)) for more in after]
    columns = score(over_days(arrays, days), date_of(max(days)), POLICY, POLICY.fixed)
    together = all_values(columns)
    for number, day in enumerate(days):
        alone = all_values(score(arrays, date_of(day), POLICY, POLICY.fixed))
        for name in METRICS:
            found, expected = together[name][number], alone[name][0]
            if name in NUMBERS and found is not None and expected is not None:
                assert found == pytest.approx(expected, abs=1e-9), (name, day)
            else:
                assert found == expected, (name, day)


def test_a_long_time_is_judged_in_pieces_in_order() -> None:
    arrays = pack_states(
        [replay([Interaction(type="page.viewed", data={}, time=at(0), source="s", id="1")], POLICY, SETTING)]
    )
    days = [day_number(on(day)) for day in range(3 * FIRST_DAYS)]
    pieces = list(score_days(arrays, days, POLICY, POLICY.fixed))
    assert [day for piece, _ in pieces for day in piece] == days
    engagement = np.concatenate([columns.engagement for _, columns in pieces])
    assert len(engagement) == len(days)
    assert (np.diff(engagement) <= 0).all()


@given(stories, as_of_days)
@settings(max_examples=10, deadline=None)
def test_what_was_known_on_a_day_gives_the_card_of_that_day(story: Story, day: int) -> None:
    state = replay(story, POLICY, SETTING)
    known, whole = (pack_states([each]) for each in (state.until(day_number(on(day))), state))
    now, as_of = (score(each, on(day), POLICY, POLICY.fixed) for each in (known, whole))
    assert all_values(now) == all_values(as_of)


more_tallies = st.tuples(
    st.integers(LAST_DAY - 5, LAST_DAY), st.sampled_from(["meeting", "nps", "resolved"]), st.just(1), st.just(500)
)


@given(stories, st.lists(more_tallies, max_size=4), st.lists(st.integers(LAST_DAY - 5, LAST_DAY), max_size=3))
@settings(max_examples=10, deadline=None)
def test_a_copy_with_more_equals_the_state_with_more(
    story: Story, tallies: list[tuple[int, str, int, int]], orders: list[int]
) -> None:
    state = replay(story, POLICY, SETTING)
    first = day_number(on(0))
    more = More(
        tallies=[(first + day, kind, n, q) for day, kind, n, q in tallies],
        orders=[(first + day, 20_000) for day in orders],
    )
    copies = with_more(pack_states([state]), [More(), more])
    plain = score(pack_states([state]), on(LAST_DAY), POLICY, POLICY.fixed)
    state.apply(Tally(day, KIND_ID[kind], q) for day, kind, _, q in more.tallies)
    state.apply(
        Order(0, "try", f"t{number}", f"try:{number}", day, net, net, "CNY")
        for number, (day, net) in enumerate(more.orders)
    )
    applied = score(pack_states([state]), on(LAST_DAY), POLICY, POLICY.fixed)
    found = score(copies, on(LAST_DAY), POLICY, POLICY.fixed)
    before, after = all_values(plain), all_values(applied)
    assert all_values(found) == {name: [*before[name], *after[name]] for name in METRICS}
