"""Does a template say what it should, and never an empty greeting?"""

from pathlib import Path

import pytest

from engagement.domain.document import DocumentInvalid
from engagement.domain.playbook import Purpose, Tone
from engagement.domain.template import (
    VARIABLES,
    Limits,
    MissingVariable,
    TemplateFailed,
    render,
    render_template,
)
from engagement.domain.template_reading import LANGUAGES, read_template

FOLDER = Path(__file__).parents[3] / "policies" / "templates"
SHIPPED = sorted(f"{path.parent.name}/{path.name}" for path in FOLDER.glob("*/*.liquid"))
HEAD = "---\npurpose: care\ntone: plain\nlanguages: [en]\nsubject: Hello\n---\n"
LEAST = {"shop": "Lotus"}
MOST = {name: name for name in VARIABLES}


def test_a_template_is_filled_with_its_variables() -> None:
    template = read_template(f"{HEAD}Dear {{{{ name }}}}, it is {{{{ shop }}}}.\n", "en/hello.liquid")
    assert (template.name, template.purpose, template.tone) == ("en/hello", Purpose.CARE, Tone.PLAIN)
    filled = render_template(template, {"name": "Ann", "shop": "Lotus"})
    assert (filled.subject, filled.text, filled.html) == ("Hello", "Dear Ann, it is Lotus.", None)


def test_a_printed_variable_that_is_unknown_refuses_the_text_and_is_named() -> None:
    with pytest.raises(MissingVariable) as refused:
        render("Dear {{ name | upcase }}", {})
    assert refused.value.name == "name"


def test_a_variable_may_be_asked_for_without_being_known() -> None:
    text = "{% if name %}Dear {{ name }}{% else %}Hello{% endif %}"
    assert render(text, {}) == "Hello"
    assert render(text, {"name": "Ann"}) == "Dear Ann"


def test_values_are_escaped_in_the_html_part_and_nowhere_else() -> None:
    template = read_template(f"{HEAD}Hi {{{{ name }}}}\n--- html ---\n<p>Hi {{{{ name }}}}</p>\n", "en/hello")
    filled = render_template(template, {"name": "<b>&"})
    assert filled.text == "Hi <b>&"
    assert filled.html == "<p>Hi &lt;b&gt;&amp;</p>\n"


@pytest.mark.parametrize("name", ["Ann\r\nBcc: x@example.com", "Ann\nx", "Ann\x00", "Ann\u2028x", "A" * 250])
def test_a_subject_of_more_than_one_line_is_refused(name: str) -> None:
    template = read_template(HEAD.replace("Hello", "Hello {{ name }}") + "x", "en/hello")
    with pytest.raises(TemplateFailed):
        render_template(template, {"name": name})


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in (1..101) %}x{% endfor %}",
        "{% for i in (1..90) %}" + "x" * 1000 + "{% endfor %}",
        "{% assign a = 'aaaaaaaa' %}{% for i in (1..50) %}{% assign a = a | append: a %}{% endfor %}",
    ],
    ids=["loops", "output", "memory"],
)
def test_a_template_that_grows_is_stopped(text: str) -> None:
    with pytest.raises(TemplateFailed):
        render(text, {})


def test_limits_can_be_narrower() -> None:
    with pytest.raises(TemplateFailed):
        render("{% for i in (1..3) %}x{% endfor %}", {}, Limits(loop_iterations=2))


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("Hello", 1, "head"),
        (HEAD, 7, "text"),
        (HEAD.replace("purpose: care\n", "") + "x", 2, ""),
        (HEAD.replace("care", "love") + "x", 2, "purpose"),
        (HEAD.replace("tone: plain", "tone: loud") + "x", 3, "tone"),
        (HEAD.replace("[en]", "[fr]") + "x", 4, "languages.0"),
        (HEAD.replace("[en]", "[zh]") + "x", 4, "languages"),
        (HEAD.replace("subject: Hello", 'subject: "a\\r\\nb"') + "x", 5, "subject"),
        (HEAD.replace("subject: Hello", "subject: 5") + "x", 5, "subject"),
        (HEAD.replace("subject", "sender: me\nsubject") + "x", 5, "sender"),
        (HEAD.replace("tone: plain", "tone: [") + "x", 5, ""),
        (HEAD + "one\ntwo {{ nmae }}\n", 8, "text"),
        (HEAD + "one\ntwo {{ name | sorted }}\n", 8, "text"),
        (HEAD + "one\n{% include 'x' %}\n", 8, "text"),
        (HEAD + "one\n{% if name %}\n", 8, "text"),
        (HEAD + "one\n--- html ---\n\n{{ nmae }}", 10, "html"),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused_with_its_line_and_field(text: str, line: int, field: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_template(text, "en/hello.liquid")
    assert (refused.value.data["file"], refused.value.data["line"]) == ("en/hello.liquid", line)
    assert refused.value.data["field"] == field


@pytest.mark.parametrize("file", SHIPPED)
def test_every_shipped_template_is_whole_with_the_least_and_the_most_that_can_be_known(file: str) -> None:
    template = read_template((FOLDER / file).read_text("utf-8"), file)
    needed = {name: name for name in ("due_at", "survey_url", "festival_name")}
    for variables in (LEAST | needed, MOST):
        filled = render_template(template, variables)
        assert filled.subject
        assert "  " not in filled.text
        assert "{" not in filled.text


def test_every_shipped_text_is_there_in_both_languages_and_for_the_same_purpose() -> None:
    by_language = {
        language: {
            file.partition("/")[2]: read_template((FOLDER / file).read_text("utf-8"), file).purpose
            for file in SHIPPED
            if file.startswith(language)
        }
        for language in LANGUAGES
    }
    assert by_language["zh"] == by_language["en"]
    assert len(by_language["zh"]) >= 12


@pytest.mark.parametrize(
    ("festival", "subject"),
    [("spring_festival", "新春快乐！"), ("mid_autumn", "中秋快乐！"), ("dragon_boat", "端午安康")],
)
def test_a_festival_is_greeted_as_is_proper(festival: str, subject: str) -> None:
    file = "zh/festival_greeting.liquid"
    template = read_template((FOLDER / file).read_text("utf-8"), file)
    assert render_template(template, LEAST | {"festival": festival}).subject == subject
