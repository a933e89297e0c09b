"""What does a message or a task script say? A Liquid text with a head, filled from a closed list of variables.

A template is a YAML head between two lines of `---` (purpose, tone, languages, subject), the text, and for e-mail an
HTML part after a line `--- html ---`. Conditions may ask for a variable that is unknown; printing one refuses the send.
Worked example: `Dear {{ name }}` without a name raises MissingVariable("name"); `{% if name %}Dear {{ name }}{% else
%}Hello{% endif %}` says Hello.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from liquid import Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError

from common.errors import Malformed
from engagement.domain.playbook import Purpose, Tone

VARIABLES: Final = (
    "name",
    "shop",
    "order_id",
    "festival",
    "festival_name",
    "survey_url",
    "survey_kind",
    "expires_at",
    "due_at",
    "case_id",
    "severity",
    "touchpoint",
    "segment",
    "tier",
    "tier_name",
    "status",
    "churn_band",
    "preferences",
)
"""What a template may ask for; all are texts."""

FILTERS: Final = (
    "append",
    "capitalize",
    "default",
    "downcase",
    "escape",
    "prepend",
    "replace",
    "strip",
    "truncate",
    "upcase",
)
TAGS: Final = ("if", "unless", "case", "for", "assign", "comment", "break", "continue", "#")
_OUTPUT_TAGS: Final = ("content", "output", "illegal")
MOST_CHARACTERS: Final = 20_000
MOST_SUBJECT_CHARACTERS: Final = 200


class MissingVariable(Malformed):
    """A template prints what is not known of this customer."""

    code = "missing_variable"

    def __init__(self, name: str) -> None:
        super().__init__(f"The template prints {name}, which is not known here.", name=name)
        self.name = name


class TemplateFailed(Malformed):
    """A template grew beyond its limits, or its subject holds more than one line."""

    code = "template_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a rendering may go."""

    loop_iterations: int = 100
    output_bytes: int = 64 * 1024
    namespace_bytes: int = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of a text in one language: `name` is `zh/win_back`."""

    name: str
    purpose: Purpose
    tone: Tone
    languages: tuple[str, ...]
    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What goes out."""

    subject: str
    text: str
    html: str | None


def environment(limits: Limits, *, html: bool = False) -> Environment:
    """A Liquid without includes, with few tags and filters; values are escaped in HTML."""

    class Limited(Environment):
        loop_iteration_limit = limits.loop_iterations
        output_stream_limit = limits.output_bytes
        local_namespace_limit = limits.namespace_bytes
        context_depth_limit = 10

    made = Limited(undefined=FalsyStrictUndefined, autoescape=html)
    made.tags = {name: tag for name, tag in made.tags.items() if name in (*TAGS, *_OUTPUT_TAGS)}
    made.filters = {name: function for name, function in made.filters.items() if name in FILTERS}
    return made


DEFAULT_LIMITS: Final = Limits()
_TEXT: Final = environment(DEFAULT_LIMITS)
_HTML: Final = environment(DEFAULT_LIMITS, html=True)


def render(text: str, variables: Mapping[str, str], limits: Limits = DEFAULT_LIMITS, *, html: bool = False) -> str:
    """The text with its variables. Raises MissingVariable, TemplateFailed."""
    made = (_HTML if html else _TEXT) if limits is DEFAULT_LIMITS else environment(limits, html=html)
    try:
        return made.from_string(text).render(**variables)
    except UndefinedError as error:
        raise MissingVariable(error.token.value if error.token is not None else "?") from error
    except (ResourceLimitError, RecursionError) as error:
        raise TemplateFailed(f"The template grew beyond its limits: {error.args[0]}") from error
    except LiquidError as error:
        raise TemplateFailed(f"The template cannot be filled: {error.args[0]}") from error


def render_template(template: Template, variables: Mapping[str, str]) -> Rendered:
    """Subject, text and HTML part. Raises MissingVariable, TemplateFailed."""
    subject = render(template.subject, variables).strip()
    if not subject.isprintable() or len(subject) > MOST_SUBJECT_CHARACTERS:
        raise TemplateFailed("A subject is one line of at most 200 characters, without control characters.")
    html = None if template.html is None else render(template.html, variables, html=True)
    return Rendered(subject=subject, text=render(template.text, variables).strip(), html=html)
