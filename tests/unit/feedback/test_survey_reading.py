"""Is a survey read strictly, and does a refusal say where it is wrong and what is allowed?"""

from pathlib import Path

import pytest

from feedback.domain.document_reading import DocumentInvalid
from feedback.domain.survey import Direction, Measure, SurveyKind, ThrottleClass
from feedback.domain.survey_reading import read_survey, wanted_version

SURVEYS = Path(__file__).parents[3] / "policies" / "surveys"
TEXT = """\
name: csat_repair
kind: csat
title: {zh: 维修, en: Your repair}
purpose: {zh: 改进, en: To do better}
throttle: transaction
triggers:
  - {interaction: ticket.resolved, after: 3d}
questions:
  - id: satisfied
    kind: scale
    measures: csat
    main: true
    required: true
    min: 1
    max: 5
    direction: high_is_good
    text: {zh: 满意吗, en: Satisfied}
"""


@pytest.mark.parametrize("path", sorted(SURVEYS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_survey_is_valid_and_named_as_its_file(path: Path) -> None:
    survey = read_survey(path.read_text(), file=path.name, version=1)
    assert survey.name == path.stem
    assert survey.triggers or survey.wave


def test_the_kinds_of_the_model_are_shipped_with_their_scales() -> None:
    surveys = {path.stem: read_survey(path.read_text(), file=None, version=1) for path in SURVEYS.glob("*.yaml")}
    scales = {
        name: (survey.kind, survey.main.least, survey.main.most) for name, survey in surveys.items() if survey.main
    }
    assert scales == {
        "nps_relationship": (SurveyKind.NPS, 0, 10),
        "csat_delivery": (SurveyKind.CSAT, 1, 5),
        "csat_store_visit": (SurveyKind.CSAT, 1, 5),
        "ces_ticket": (SurveyKind.CES, 1, 7),
        "ces_return": (SurveyKind.CES, 1, 7),
    }
    assert surveys["exit"].kind is SurveyKind.EXIT
    assert surveys["nps_relationship"].throttle is ThrottleClass.RELATIONSHIP
    asked = {question.id for question in surveys["csat_delivery"].questions if question.measure is Measure.EXPECTATION}
    assert asked == {"expected", "experienced"}


def test_a_legacy_scale_where_low_is_good_is_turned() -> None:
    survey = read_survey(TEXT.replace("high_is_good", "low_is_good"), file=None, version=1)
    main = survey.main
    assert main is not None
    assert main.direction is Direction.LOW_IS_GOOD
    assert [main.turned(value) for value in (1, 2, 5)] == [5, 4, 1]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "allowed"),
    [
        ("kind: csat", "kind: smile", 2, "/kind", "csat"),
        ("throttle: transaction", "throttle: 3", 5, "/throttle", "relationship"),
        ("throttle: transaction", "throttel: transaction", 1, "/throttle", ""),
        ("name: csat_repair", "name: csat_repair\ncolour: red", 2, "/colour", "kind"),
        ("name: csat_repair", "name: csat_repair\nname: again", 2, "/name", ""),
        ("name: csat_repair", "name: CSAT repair", 1, "/name", ""),
        (
            "{interaction: ticket.resolved",
            "{interaction: ticket.closed",
            7,
            "/triggers/0/interaction",
            "ticket.resolved",
        ),
        ("after: 3d", "after: 3 days", 7, "/triggers/0/after", ""),
        ("after: 3d", "afters: 3d", 7, "/triggers/0/afters", "after"),
        ("max: 5", "max: 1", 15, "/questions/0/max", ""),
        ("max: 5", "max: five", 15, "/questions/0/max", ""),
        ("direction: high_is_good", "direction: up", 16, "/questions/0/direction", "low_is_good"),
        ("text: {zh: 满意吗, en: Satisfied}", "text: {zh: 满意吗}", 17, "/questions/0/text/en", ""),
        ("text: {zh: 满意吗, en: Satisfied}", "text: 满意吗", 17, "/questions/0/text", ""),
        ("main: true", "main: yes", 12, "/questions/0/main", "true"),
        ("measures: csat", "measures: nps", 9, "/questions", ""),
        ("required: true", "required: false", 9, "/questions", ""),
        ("measures: csat", "measures: expectation", 9, "/questions/0/id", "expected"),
        ("title: {zh: 维修, en: Your repair}", "title: {zh: 维修, en: 5}", 3, "/title/en", ""),
    ],
)
def test_what_is_wrong_is_refused_with_file_line_field_and_what_is_allowed(
    old: str, new: str, line: int, field: str, allowed: str
) -> None:
    assert old in TEXT
    with pytest.raises(DocumentInvalid) as refusal:
        read_survey(TEXT.replace(old, new), file="surveys/csat_repair.yaml", version=1)
    error = refusal.value
    assert (error.data["file"], error.data["field"]) == ("surveys/csat_repair.yaml", field)
    assert error.data["line"] == line
    assert allowed in error.message
    assert f"line {line}: {field} " in error.message


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "name: [", "a: &a [*a]", "? [x]\n: 1", "name: !!python/name:os.system x"]
)
def test_what_is_no_mapping_of_the_right_form_is_refused(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        read_survey(text, file="x.yaml", version=1)


def test_one_expectation_question_without_the_other_is_refused() -> None:
    lonely = TEXT + (
        "  - {id: expected, kind: scale, measures: expectation, min: 1, max: 5, direction: high_is_good,"
        " text: {zh: 期望, en: Expected}}\n"
    )
    with pytest.raises(DocumentInvalid, match="both or none"):
        read_survey(lonely, file=None, version=1)


def test_a_file_may_ask_for_its_version_number() -> None:
    assert wanted_version(TEXT) == 1
    assert wanted_version(f"version: 7\n{TEXT}") == 7
