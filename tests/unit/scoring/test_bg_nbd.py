"""Is the model beside churn risk the published one?"""

import numpy as np
import pytest
from bench.bg_nbd import KNOWN, Bought, alive, bought, expected_purchases, no_purchase
from tests.unit.scoring.build import POLICY, SETTING, on, order

from scoring.domain.state.arrays import pack_states
from scoring.domain.state.days import day_number
from scoring.domain.state.replay import replay

CDNOW = KNOWN["cdnow"]


def test_the_papers_first_customer_is_expected_to_buy_1_226_times_in_39_weeks() -> None:
    """Fader, Hardie, Lee, Implementing the BG/NBD Model in Excel, 2005: x 2, t_x 30.43, T 38.86."""
    seen = Bought(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert expected_purchases(seen, CDNOW, 39) == pytest.approx([1.226], abs=5e-4)


def test_who_bought_once_is_alive_for_certain_and_nobody_buys_in_no_time() -> None:
    seen = Bought(np.array([0.0, 2.0]), np.array([0.0, 1.71]), np.array([38.86, 38.86]))
    assert alive(seen, CDNOW)[0] == 1
    assert no_purchase(seen, CDNOW, 0) == pytest.approx([1, 1])
    assert no_purchase(seen, CDNOW, 1e9) == pytest.approx([0, 1 - alive(seen, CDNOW)[1]], abs=0.02)


def test_repeat_days_and_weeks_are_counted_up_to_the_day_of_who_had_bought() -> None:
    histories = [[order(0), order(7), order(7), order(21), order(90)], [order(80)], [order(42)]]
    arrays = pack_states([replay(events, POLICY, SETTING) for events in histories])
    seen = bought(arrays, day_number(on(70)))
    assert [column.tolist() for column in seen] == [[2, 0], [3, 0], [10, 4]]
