"""What does a filled-in form say, and what must be mended?"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.domain.answer_form import FormError, preselected, read_form
from feedback.domain.survey_reading import read_survey

SURVEYS = Path(__file__).parents[3] / "policies" / "surveys"
DELIVERY = read_survey((SURVEYS / "csat_delivery.yaml").read_text(), file=None, version=1)
NPS = read_survey((SURVEYS / "nps_relationship.yaml").read_text(), file=None, version=1)
EASY_IS_LOW = read_survey(
    (SURVEYS / "ces_ticket.yaml")
    .read_text()
    .replace("max: 7", "max: 5")
    .replace("direction: high_is_good", "direction: low_is_good"),
    file=None,
    version=1,
)


def test_a_full_form_gives_answers_texts_and_the_rating() -> None:
    filled = read_form(
        DELIVERY,
        {
            "satisfied": ["4"],
            "expected": ["5"],
            "experienced": ["3"],
            "drivers": ["price", "delivery"],
            "comment": [" Well \r\npacked\0 "],
            "utm_source": ["mail"],
        },
    )
    assert filled.errors == {}
    assert {one.question: (one.kind, one.value) for one in filled.answers} == {
        "satisfied": ("csat", 4.0),
        "expected": ("expectation", 5.0),
        "experienced": ("expectation", 3.0),
        "drivers": ("choice", ["delivery", "price"]),
    }
    assert filled.texts == {"comment": "Well \r\npacked"}
    assert filled.rating is not None
    assert (filled.rating.kind, filled.rating.value, filled.rating.min, filled.rating.max) == ("csat", 4, 1, 5)


def test_the_rating_of_a_custom_survey_is_of_the_kind_that_its_main_question_measures() -> None:
    text = (SURVEYS / "nps_relationship.yaml").read_text().replace("kind: nps", "kind: custom", 1)
    filled = read_form(read_survey(text, file=None, version=1), {"recommend": ["3"]})
    assert filled.rating is not None
    assert (filled.rating.kind, filled.rating.value, filled.rating.max) == ("nps", 3, 10)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([], FormError.MISSING),
        ([" "], FormError.MISSING),
        (["0"], FormError.UNKNOWN_VALUE),
        (["1"], None),
        (["5"], None),
        (["6"], FormError.UNKNOWN_VALUE),
        (["-1"], FormError.UNKNOWN_VALUE),
        (["٣"], FormError.UNKNOWN_VALUE),
        (["4.0"], FormError.UNKNOWN_VALUE),
        (["4", "5"], FormError.UNKNOWN_VALUE),
    ],
)
def test_the_main_question_takes_one_number_of_its_scale(values: list[str], error: FormError | None) -> None:
    assert read_form(DELIVERY, {"satisfied": values}).errors.get("satisfied") == error


def test_unknown_choices_and_long_texts_are_refused() -> None:
    filled = read_form(DELIVERY, {"satisfied": ["4"], "drivers": ["delivery", "luck"], "comment": ["x" * 2001]})
    assert filled.errors == {"drivers": FormError.UNKNOWN_VALUE, "comment": FormError.TOO_LONG}


def test_where_low_is_easy_the_answer_is_kept_as_told_and_published_turned() -> None:
    filled = read_form(EASY_IS_LOW, {"easy": ["2"]})
    (answer,) = filled.answers
    assert filled.rating is not None
    assert (filled.rating.value, filled.rating.min, filled.rating.max) == (4, 1, 5)
    assert answer.as_told() == {
        "question": "easy",
        "kind": "ces",
        "value": 2.0,
        "min": 1.0,
        "max": 5.0,
        "direction": "low_is_good",
    }
    assert answer.turned() == {"question": "easy", "kind": "ces", "value": 4.0, "min": 1.0, "max": 5.0}


@pytest.mark.parametrize(
    ("score", "selected"), [("0", "0"), ("10", "10"), ("11", None), ("", None), ("nine", None), (None, None)]
)
def test_a_link_selects_only_what_is_on_the_scale(score: str | None, selected: str | None) -> None:
    assert preselected(NPS, score) == selected


@given(st.dictionaries(st.sampled_from([*[q.id for q in DELIVERY.questions], "x"]), st.lists(st.text())))
def test_whatever_is_sent_is_an_answer_or_an_error(form: dict[str, list[str]]) -> None:
    filled = read_form(DELIVERY, form)
    assert filled.errors or filled.rating is not None
