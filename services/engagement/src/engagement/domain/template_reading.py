"""Is this text a template? Strictly read: an unknown field, tag, filter or variable is refused with its place.

The name is `zh/win_back`: the language in which it is written, and the template's own name.
"""

from enum import StrEnum
from typing import Final, TypeVar

import yaml
from liquid.exceptions import LiquidError

from engagement.domain.document import DocumentInvalid
from engagement.domain.playbook import Purpose, Tone
from engagement.domain.template import (
    DEFAULT_LIMITS,
    FILTERS,
    MOST_CHARACTERS,
    TAGS,
    VARIABLES,
    Template,
    environment,
)

LANGUAGES: Final = ("zh", "en")
FENCE: Final = "---"
HTML: Final = "--- html ---"
FIELDS: Final = ("purpose", "tone", "languages", "subject")
_ENVIRONMENT: Final = environment(DEFAULT_LIMITS)

Choice = TypeVar("Choice", bound=StrEnum)


def read_template(text: str, file: str) -> Template:
    """The template of a file such as `zh/win_back.liquid`, or `zh/win_back`. Raises DocumentInvalid."""
    head, body, first = _split(text, file)
    values, lines = _head(head, file)
    language, _, own = file.removesuffix(".liquid").rpartition("/")
    language = language.rpartition("/")[2]
    plain, _, html = body.partition(f"\n{HTML}\n")
    template = Template(
        name=f"{language}/{own}",
        purpose=_one_of(Purpose, "purpose", values, lines, file),
        tone=_one_of(Tone, "tone", values, lines, file),
        languages=_languages(language, values, lines, file),
        subject=_subject(values, lines, file),
        text=plain,
        html=html or None,
    )
    _check(template.subject, file, lines["subject"], "subject")
    _check(plain, file, first, "text")
    if template.html:
        _check(template.html, file, first + plain.count("\n") + 2, "html")
    return template


def _split(text: str, file: str) -> tuple[str, str, int]:
    """The head, the body, and the line on which the body begins."""
    if len(text) > MOST_CHARACTERS:
        raise DocumentInvalid(file=file, line=1, field="text", message=f"longer than {MOST_CHARACTERS} characters.")
    lines = text.replace("\r\n", "\n").split("\n")
    ends = [number for number, line in enumerate(lines) if line == FENCE]
    if len(ends) < 2 or ends[0] != 0:
        raise DocumentInvalid(file=file, line=1, field="head", message="must begin with a head between two lines ---.")
    body = "\n".join(lines[ends[1] + 1 :])
    if not body.strip():
        raise DocumentInvalid(file=file, line=ends[1] + 2, field="text", message="is empty.")
    return "\n".join(lines[1 : ends[1]]), body, ends[1] + 2


def _head(head: str, file: str) -> tuple[dict[str, object], dict[str, int]]:
    """The head's fields and the line of each."""
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
        values = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        line = 2 + (error.problem_mark.line if error.problem_mark is not None else 0)
        raise DocumentInvalid(file=file, line=line, field="head", message=f"no YAML: {error.problem}.") from error
    if not isinstance(node, yaml.MappingNode):
        raise DocumentInvalid(file=file, line=2, field="head", message="must be a mapping.", allowed=FIELDS)
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 2
        if key.value not in FIELDS or key.value in lines:
            again = "stands here twice." if key.value in lines else "is no field of a template."
            raise DocumentInvalid(file=file, line=line, field=str(key.value), message=again, allowed=FIELDS)
        lines[key.value] = line
    for field in FIELDS:
        if field not in lines:
            raise DocumentInvalid(file=file, line=1, field=field, message="is missing.", allowed=FIELDS)
    return values, lines


def _one_of(kind: type[Choice], field: str, values: dict[str, object], lines: dict[str, int], file: str) -> Choice:
    allowed = [str(one) for one in kind]
    if values[field] not in allowed:
        raise DocumentInvalid(
            file=file, line=lines[field], field=field, message=f"is {values[field]!r}.", allowed=allowed
        )
    return kind(str(values[field]))


def _languages(language: str, values: dict[str, object], lines: dict[str, int], file: str) -> tuple[str, ...]:
    told = values["languages"]
    if language not in LANGUAGES:
        message = "a template is named LANGUAGE/NAME."
        raise DocumentInvalid(file=file, line=1, field="name", message=message, allowed=LANGUAGES)
    known = isinstance(told, list) and all(one in LANGUAGES for one in told)
    if not isinstance(told, list) or not known or language not in told:
        message = f"must be a list that holds {language}."
        raise DocumentInvalid(file=file, line=lines["languages"], field="languages", message=message, allowed=LANGUAGES)
    return tuple(told)


def _subject(values: dict[str, object], lines: dict[str, int], file: str) -> str:
    subject = values["subject"]
    if not isinstance(subject, str) or not subject.strip() or not subject.isprintable():
        raise DocumentInvalid(file=file, line=lines["subject"], field="subject", message="must be one line of text.")
    return subject


def _check(text: str, file: str, line: int, field: str) -> None:
    """Every tag, filter and variable must be known."""
    try:
        parsed = _ENVIRONMENT.from_string(text)
    except LiquidError as error:
        at = line + _lines_before(error, text)
        raise DocumentInvalid(file=file, line=at, field=field, message=f"{error.message}.", allowed=TAGS) from error
    analysis = parsed.analyze()
    for name, places in analysis.filters.items():
        if name not in FILTERS:
            at = line + text.count("\n", 0, places[0].index)
            raise DocumentInvalid(file=file, line=at, field=name, message="is no filter here.", allowed=FILTERS)
    for name, variables in analysis.globals.items():
        if name not in VARIABLES:
            at = line + text.count("\n", 0, variables[0].span.index)
            raise DocumentInvalid(file=file, line=at, field=name, message="is no variable here.", allowed=VARIABLES)


def _lines_before(error: LiquidError, text: str) -> int:
    return text.count("\n", 0, error.token.start_index) if error.token is not None else 0
