"""What does the text of a survey say? A strict reader of policies/surveys/*.yaml and of what the API is given."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from feedback.domain.case import RootCause
from feedback.domain.document_reading import Section, read_mapping
from feedback.domain.driver_words import DRIVER_WORDS
from feedback.domain.survey import (
    Becomes,
    Choice,
    Direction,
    Measure,
    Question,
    QuestionKind,
    Survey,
    SurveyKind,
    ThrottleClass,
    Trigger,
    WaveRule,
)

CLOSING_DAYS: Final = 30
REMINDER_AFTER: Final = timedelta(days=5)
TRIGGERING: Final = (
    "order.completed",
    "order.delivered",
    "return.completed",
    "visit.made",
    "ticket.resolved",
    "complaint.resolved",
    "event.attended",
    "membership.started",
    "membership.ended",
)
RATED: Final = {SurveyKind.NPS: Measure.NPS, SurveyKind.CSAT: Measure.CSAT, SurveyKind.CES: Measure.CES}
EXPECTATIONS: Final = ("expected", "experienced")
MOST_STEPS: Final = 10


def read_survey(text: str, *, file: str | None, version: int) -> Survey:
    """A survey from YAML; `version` is the database's. Raises DocumentInvalid with file, line, field, allowed."""
    document = read_mapping(text, file=file)
    kind = document.choice("kind", SurveyKind)
    survey = Survey(
        name=document.name("name"),
        version=version,
        kind=kind,
        title=document.words("title"),
        purpose=document.words("purpose"),
        enabled=document.flag("enabled", default=True),
        touchpoint=document.name("touchpoint") if document.has("touchpoint") else None,
        throttle=document.choice("throttle", ThrottleClass),
        triggers=tuple(_triggers(document)) if document.has("triggers") else (),
        wave=document.choice("wave", WaveRule) if document.has("wave") else None,
        closing_days=document.whole("closing_days", least=1, most=365, default=CLOSING_DAYS),
        reminder_after=_reminder(document),
        questions=tuple(_questions(document)),
    )
    for key in ("touchpoint", "triggers", "wave", "version", "reminder_after"):
        document.known(key)
    document.finish()
    _check_questions(document, survey)
    return survey


def wanted_version(text: str) -> int:
    """The number that a file gives its version; 1 where it gives none."""
    return read_mapping(text, file=None).whole("version", least=1, most=1_000_000, default=1)


def _reminder(document: Section) -> timedelta | None:
    if not document.flag("reminder", default=True):
        return None
    return document.duration("reminder_after", default=REMINDER_AFTER)


def _triggers(document: Section) -> Iterator[Trigger]:
    for section in document.sections("triggers"):
        after = section.duration("after", default=timedelta())
        if section.has("status"):
            yield Trigger(interaction=None, status=section.choice("status", Becomes), after=after)
        else:
            interaction = section.text("interaction")
            if interaction not in TRIGGERING:
                raise section.refuse("interaction", "cannot trigger a survey", TRIGGERING)
            yield Trigger(interaction=interaction, status=None, after=after)
        section.finish()


def _questions(document: Section) -> Iterator[Question]:
    for section in document.sections("questions"):
        kind = section.choice("kind", QuestionKind)
        question = _scale(section) if kind is QuestionKind.SCALE else _other(section, kind)
        section.finish()
        yield question


def _scale(section: Section) -> Question:
    least = section.whole("min", least=0, most=9)
    most = section.whole("max", least=least + 1, most=least + MOST_STEPS)
    ends = section.section("ends") if section.has("ends") else None
    section.known("ends")
    question = Question(
        id=section.name("id"),
        kind=QuestionKind.SCALE,
        text=section.words("text"),
        required=section.flag("required", default=False),
        main=section.flag("main", default=False),
        measure=section.choice("measures", Measure, default=Measure.SCALE),
        least=least,
        most=most,
        direction=section.choice("direction", Direction),
        ends=None if ends is None else (ends.words("low"), ends.words("high")),
    )
    if ends is not None:
        ends.finish()
    if question.measure is Measure.EXPECTATION and question.id not in EXPECTATIONS:
        raise section.refuse("id", "of an expectation question is fixed", EXPECTATIONS)
    if question.measure is Measure.EXPECTATION and question.direction is Direction.LOW_IS_GOOD:
        raise section.refuse("direction", "of an expectation question is fixed", (Direction.HIGH_IS_GOOD,))
    if question.measure is Measure.DRIVER and question.id not in list(RootCause):
        raise section.refuse("id", "of a driver question names the driver", tuple(RootCause))
    return question


def _other(section: Section, kind: QuestionKind) -> Question:
    is_text = kind is QuestionKind.TEXT
    return Question(
        id=section.name("id"),
        kind=kind,
        text=section.words("text"),
        required=section.flag("required", default=False),
        choices=() if is_text else _choices(section),
        longest=section.whole("max_length", least=1, most=4000, default=2000) if is_text else 0,
    )


def _choices(section: Section) -> tuple[Choice, ...]:
    """Choices of its own, or items of the driver taxonomy with the words that belong to them."""
    if section.has("drivers"):
        section.known("choices")
        return tuple(Choice(id=one, text=DRIVER_WORDS[one]) for one in section.choices("drivers", RootCause))
    section.known("drivers")
    found = []
    for one in section.sections("choices"):
        found.append(Choice(id=one.name("id"), text=one.words("text")))
        one.finish()
    ids = [choice.id for choice in found]
    if not ids or len(set(ids)) < len(ids):
        raise section.refuse("choices", "must be at least one choice, and no id twice")
    return tuple(found)


def _check_questions(document: Section, survey: Survey) -> None:
    ids = [question.id for question in survey.questions]
    if not ids or len(set(ids)) < len(ids):
        raise document.refuse("questions", "must be at least one question, and no id twice")
    measure = RATED.get(survey.kind)
    mains = [question for question in survey.questions if question.main]
    if measure is not None and [question.measure for question in mains] != [measure]:
        raise document.refuse("questions", f"must have exactly one main question, and it measures {measure}")
    if measure is None and len(mains) > 1:
        raise document.refuse("questions", "must have at most one main question")
    if any(not question.required for question in mains):
        raise document.refuse("questions", "must require the main question")
    if len({one for one in ids if one in EXPECTATIONS}) == 1:
        raise document.refuse("questions", "must ask both or none of these", EXPECTATIONS)
