"""Does engagement's forecast take the changes as scoring's what-if tells them, every dimension and value of it?"""

from tests.unit.scoring.test_what_if import compared

from common.contracts.relationships import Dimension
from engagement.api.forecasts import ForecastQuestion
from engagement.domain.facts import SHOWN
from scoring.domain.reports.what_if import DIMENSIONS, HEALTH


def test_the_changes_of_a_what_if_are_a_question_to_the_forecast() -> None:
    changes = compared([slice(0, 300)]).as_mapping()["changes"]
    assert {one["dimension"] for one in changes} >= {"status", "tier"}
    asked = ForecastQuestion.model_validate({"changes": changes, "cause": "policy"})
    assert [one.model_dump(by_alias=True) for one in asked.changes] == changes


def test_both_know_the_same_dimensions_and_values() -> None:
    assert set(DIMENSIONS) == {one.value for one in Dimension}
    assert HEALTH not in DIMENSIONS
    for name, values in SHOWN.items():
        assert set(values) == {value for value in DIMENSIONS[name] if value is not None}
