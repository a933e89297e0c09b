"""What did the person answer on the page, and what is still to be mended? Values of the form by question id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.contracts.interactions import Rating
from feedback.domain.answer import AnsweredQuestion, chosen, on_scale, rating_of
from feedback.domain.survey import Question, QuestionKind, Survey

Form = Mapping[str, Sequence[str]]


class FormError(StrEnum):
    MISSING = "missing"
    UNKNOWN_VALUE = "unknown_value"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """What is to be stored when `errors`, by question id, is empty."""

    answers: tuple[AnsweredQuestion, ...]
    texts: Mapping[str, str]
    rating: Rating | None
    errors: Mapping[str, FormError]


def read_form(survey: Survey, form: Form) -> FilledForm:
    """Names that are no question are ignored: mail programs add parameters of their own."""
    answers: list[AnsweredQuestion] = []
    texts: dict[str, str] = {}
    errors: dict[str, FormError] = {}
    for question in survey.questions:
        values = [value.strip() for value in form.get(question.id, ()) if value.strip()]
        if not values:
            if question.required:
                errors[question.id] = FormError.MISSING
        elif question.kind is QuestionKind.TEXT:
            if len(values[0]) > question.longest:
                errors[question.id] = FormError.TOO_LONG
            texts[question.id] = values[0].replace("\0", "")
        elif (answered := _answered(question, values)) is None:
            errors[question.id] = FormError.UNKNOWN_VALUE
        else:
            answers.append(answered)
    return FilledForm(answers=tuple(answers), texts=texts, rating=_rating(survey, answers), errors=errors)


def preselected(survey: Survey, score: str | None) -> str | None:
    """The value of the main question that a link may select; None for anything that is not on its scale."""
    main = survey.main
    return score if main is not None and score is not None and _answered(main, [score]) is not None else None


def _answered(question: Question, values: Sequence[str]) -> AnsweredQuestion | None:
    if question.kind is QuestionKind.SCALE:
        text = values[0]
        if len(values) > 1 or len(text) > 2 or not (text.isascii() and text.isdigit()):
            return None
        return on_scale(question, int(text)) if question.least <= int(text) <= question.most else None
    known = [choice.id for choice in question.choices]
    if any(value not in known for value in values) or (question.kind is QuestionKind.SINGLE and len(values) > 1):
        return None
    return chosen(question, [one for one in known if one in values])


def _rating(survey: Survey, answers: Sequence[AnsweredQuestion]) -> Rating | None:
    main = survey.main
    given = next((one for one in answers if main is not None and one.question == main.id), None)
    if main is None or given is None or not isinstance(given.value, float):
        return None
    return rating_of(main.measure, given.value, float(main.least), float(main.most), main.direction)
