"""Is this text a template? Strictly read: an unknown field, tag, filter or variable is refused with its place.

The name is `zh/win_back`: the language in which it is written, and the template's own name.
"""

from typing import Final

from liquid.exceptions import LiquidError

from engagement.domain.document import DocumentInvalid, Place, read_document
from engagement.domain.playbook import Purpose, Tone
from engagement.domain.template import DEFAULT_LIMITS, FILTERS, MOST_CHARACTERS, TAGS, VARIABLES, Template, environment

LANGUAGES: Final = ("zh", "en")
FENCE: Final = "---"
HTML: Final = "--- html ---"
FIELDS: Final = ("purpose", "tone", "languages", "subject")
_ENVIRONMENT: Final = environment(DEFAULT_LIMITS)


def read_template(text: str, file: str) -> Template:
    """The template of a file such as `zh/win_back.liquid`, or named `zh/win_back`. Raises DocumentInvalid."""
    head, body, first = _split(text, file)
    language, own = _name(file)
    fields = read_document(head, file).mapping(allowed=FIELDS, required=FIELDS)
    plain, _, html = body.partition(f"\n{HTML}\n")
    subject = _subject(fields["subject"])
    _check(subject, file, fields["subject"].line, "subject")
    _check(plain, file, first, "text")
    _check(html, file, first + plain.count("\n") + 2, "html")
    return Template(
        name=f"{language}/{own}",
        purpose=Purpose(fields["purpose"].text(allowed=list(Purpose))),
        tone=Tone(fields["tone"].text(allowed=list(Tone))),
        languages=_languages(fields["languages"], language),
        subject=subject,
        text=plain,
        html=html or None,
    )


def _split(text: str, file: str) -> tuple[str, str, int]:
    """The head, on its own lines of the text, the body, and the line on which the body begins."""
    if len(text) > MOST_CHARACTERS:
        raise DocumentInvalid(file=file, line=1, field="text", message=f"longer than {MOST_CHARACTERS} characters")
    lines = text.replace("\r\n", "\n").split("\n")
    ends = [number for number, line in enumerate(lines) if line == FENCE]
    if len(ends) < 2 or ends[0] != 0:
        raise DocumentInvalid(file=file, line=1, field="head", message="must begin with a head between two lines ---")
    body = "\n".join(lines[ends[1] + 1 :])
    if not body.strip():
        raise DocumentInvalid(file=file, line=ends[1] + 2, field="text", message="is empty")
    return "\n".join(["", *lines[1 : ends[1]]]), body, ends[1] + 2


def _name(file: str) -> tuple[str, str]:
    """Language and own name, from the last two parts of a path."""
    folder, _, own = file.removesuffix(".liquid").rpartition("/")
    language = folder.rpartition("/")[2]
    if language not in LANGUAGES or not own:
        message = "a template is named LANGUAGE/NAME"
        raise DocumentInvalid(file=file, line=1, field="name", message=message, allowed=LANGUAGES)
    return language, own


def _languages(place: Place, language: str) -> tuple[str, ...]:
    """For whom it may be used: at least those who read the language in which it is written."""
    told = place.texts(allowed=LANGUAGES)
    if language not in told:
        raise place.invalid(f"must hold {language}, the language of the folder", LANGUAGES)
    return told


def _subject(place: Place) -> str:
    subject = place.text()
    if not subject.strip() or not subject.isprintable():
        raise place.invalid("must be one line of text, without control characters")
    return subject


def _check(text: str, file: str, line: int, field: str) -> None:
    """Every tag, filter and variable must be known."""
    try:
        parsed = _ENVIRONMENT.from_string(text)
    except LiquidError as error:
        at = line + (text.count("\n", 0, error.token.start_index) if error.token is not None else 0)
        raise DocumentInvalid(file=file, line=at, field=field, message=str(error.message), allowed=TAGS) from error
    analysis = parsed.analyze()
    for name, places in analysis.filters.items():
        if name not in FILTERS:
            at = line + text.count("\n", 0, places[0].index)
            raise DocumentInvalid(file=file, line=at, field=field, message=f"no filter {name}", allowed=FILTERS)
    for name, variables in analysis.globals.items():
        if name not in VARIABLES:
            at = line + text.count("\n", 0, variables[0].span.index)
            raise DocumentInvalid(file=file, line=at, field=field, message=f"no variable {name}", allowed=VARIABLES)
