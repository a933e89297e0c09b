"""How does a survey look to the customer? HTML without scripts, in two languages, with nothing from anywhere else."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feedback.api.page_words import AWAY, ERRORS, NOTICES, WORDS
from feedback.domain.answer_form import Form, FormError
from feedback.domain.survey import Question, QuestionKind, Survey
from feedback.usecases.answer_page import Outcome

STATUSES: Final = {
    Outcome.STORED: 200,
    Outcome.INCOMPLETE: 422,
    Outcome.ANSWERED: 409,
    Outcome.CLOSED: 410,
    Outcome.UNKNOWN: 404,
}
AWAY_SECONDS: Final = 30
HTML_LANGUAGE: Final = {"zh": "zh-CN", "en": "en"}


class SurveyPages:
    """Renders the pages; made once a process."""

    def __init__(self) -> None:
        loader = PackageLoader("feedback.api", "pages")
        self._environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._style = loader.get_source(self._environment, "style.css")[0]
        digest = b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._headers = {
            "content-security-policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "vary": "accept-language",
        }

    def survey(
        self,
        survey: Survey,
        language: str,
        *,
        token: str,
        filled: Form,
        errors: Mapping[str, FormError] | None = None,
    ) -> HTMLResponse:
        """The form, with what was filled in before and what is wrong with it."""
        wrong = errors or {}
        questions = [
            _question(question, language, filled.get(question.id, ()), wrong.get(question.id))
            for question in survey.questions
        ]
        status = STATUSES[Outcome.INCOMPLETE] if wrong else 200
        return self._page(
            "survey.html",
            language,
            status,
            title=survey.title[language],
            purpose=survey.purpose[language],
            action=token,
            questions=questions,
            errors=bool(wrong),
            words=WORDS[language],
        )

    def notice(self, outcome: Outcome, language: str, *, status: int | None = None) -> HTMLResponse:
        """A page that only says how things stand."""
        heading, message = NOTICES[language][outcome]
        return self._page("notice.html", language, status or STATUSES[outcome], heading=heading, message=message)

    def away(self, language: str) -> HTMLResponse:
        """Nothing works for the moment; come again."""
        heading, message = AWAY[language]
        page = self._page("notice.html", language, 503, heading=heading, message=message)
        page.headers["retry-after"] = str(AWAY_SECONDS)
        return page

    def _page(self, template: str, language: str, status: int, **values: Any) -> HTMLResponse:
        html = self._environment.get_template(template).render(
            lang=HTML_LANGUAGE[language],
            style=Markup(self._style),  # noqa: S704 - our own file
            **values,
        )
        return HTMLResponse(html, status, self._headers)


def _question(question: Question, language: str, filled: Sequence[str], error: FormError | None) -> dict[str, Any]:
    low, high = ("", "") if question.ends is None else (words[language] for words in question.ends)
    return {
        "id": question.id,
        "anchor": f"q-{question.id}",
        "kind": question.kind,
        "text": question.text[language],
        "required": question.required,
        "longest": question.longest,
        "typed": filled[0] if filled and question.kind is QuestionKind.TEXT else "",
        "options": _options(question, language, filled, low, high),
        "least": question.least,
        "most": question.most,
        "low": low,
        "high": high,
        "error": "" if error is None else ERRORS[language][error],
    }


def _options(question: Question, language: str, filled: Sequence[str], low: str, high: str) -> list[dict[str, Any]]:
    if question.kind is not QuestionKind.SCALE:
        return [
            {"value": one.id, "text": one.text[language], "name": "", "checked": one.id in filled}
            for one in question.choices
        ]
    ends = {question.least: low, question.most: high}
    return [
        {
            "value": str(value),
            "text": str(value),
            "name": f"{value} = {ends[value]}" if ends.get(value) else "",
            "checked": str(value) in filled,
        }
        for value in range(question.least, question.most + 1)
    ]
