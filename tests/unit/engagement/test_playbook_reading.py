"""Is a playbook read as it was meant, and is everything else refused with its place and what is allowed?"""

from contextlib import suppress
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.condition import All, Compare, Comparison, Not
from engagement.domain.document import DocumentInvalid
from engagement.domain.playbook import ActionKind, Cadence, Goal, OncePer, Per, Playbook, Purpose, Tone, Transition
from engagement.domain.playbook_reading import read_playbook
from engagement.domain.template_reading import read_template

SHIPPED = Path(__file__).parents[3] / "policies" / "playbooks"
WIN_BACK = (SHIPPED / "win_back_high_value.yaml").read_text()
LEAST = """name: hello
purpose: care
priority: 50
when: {interaction: {type: order.completed}}
do: [{message: {template: hello, channels: [email]}}]
valid_for: 2d
"""


def test_the_example_of_the_care_model_is_read_whole() -> None:
    playbook = read_playbook(WIN_BACK, "win_back_high_value.yaml", version=3)
    message, call = playbook.steps
    assert (playbook.name, playbook.version, playbook.purpose) == ("win_back_high_value", 3, Purpose.MARKETING)
    assert playbook.when == (Transition(dimension="status", to=("dormant", "lost"), causes=("event", "time")),)
    was = Compare(fact="segment_was", comparison=Comparison.CONTAINS, values=("high_value",))
    case = Compare(fact="open_case", comparison=Comparison.EQUALS, values=(True,))
    assert playbook.conditions == All(parts=(was, Not(part=case)))
    assert (message.kind, message.template, message.channels) == (
        ActionKind.MESSAGE,
        "win_back",
        ("wecom", "sms", "email"),
    )
    assert (call.kind, call.after, call.unless) == (ActionKind.TASK, timedelta(days=5), ("order.completed",))
    assert (call.task_kind, call.role, call.template) == ("call", "advisor", "win_back_call")
    assert (playbook.once_per, playbook.valid_for, playbook.holdout) == (OncePer(days=180), timedelta(days=7), 0.1)
    assert (playbook.family, playbook.tone, playbook.neutral_template) == ("win_back", Tone.PLAIN, "win_back_neutral")
    assert (playbook.epoch, playbook.goal) == (1, Goal(event="order.completed", within=timedelta(days=30)))
    assert playbook.stop_on == ("order.completed", "consent.withdrawn", "complaint.made")
    assert playbook.experiment == "win_back_high_value:1"


def test_what_is_left_out_has_its_usual_value() -> None:
    playbook = read_playbook(LEAST, "hello.yaml")
    assert (playbook.conditions, playbook.once_per, playbook.holdout) == (All(), OncePer(per=Per.OCCASION), 0.0)
    assert (playbook.dated, playbook.safety, playbook.enabled, playbook.tone) == (False, False, True, Tone.PLAIN)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_playbook_is_one_and_bears_its_files_name(path: Path) -> None:
    assert read_playbook(path.read_text(), path.name).name == path.stem


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_playbook_has_texts_of_its_purpose_in_both_languages(path: Path) -> None:
    playbook = read_playbook(path.read_text(), path.name)
    names = {*(step.template for step in playbook.steps), playbook.neutral_template} - {None}
    for language, name in product(("zh", "en"), names):
        file = SHIPPED.parent / "templates" / language / f"{name}.liquid"
        assert read_template(file.read_text(), f"{language}/{name}").purpose is playbook.purpose


CADENCE = "cadence: {since: [return_visit.done], days: {tier: {intimate: 30}, stage: {loyalty: 45}}, hour: 9}"


def test_a_cadence_is_by_tier_and_stage() -> None:
    playbook = read_playbook(LEAST.replace("interaction: {type: order.completed}", CADENCE), "x.yaml")
    expected = Cadence(
        since=("return_visit.done",), days_by_tier={"intimate": 30}, days_by_stage={"loyalty": 45}, hour=9
    )
    assert playbook.when == (expected,)


def changed(old: str, new: str) -> str:
    assert old in LEAST
    return LEAST.replace(old, new, 1)


INTERACTION = "interaction: {type: order.completed}"
MESSAGE = "{message: {template: hello, channels: [email]}}"


@pytest.mark.parametrize(
    ("text", "line", "field", "allowed"),
    [
        (changed("name: hello", "name: Hello"), 1, "name", None),
        (changed("purpose: care", "purpose: sales"), 2, "purpose", "marketing"),
        (changed("priority: 50", "priority: 101"), 3, "priority", None),
        (changed("priority: 50", "priority: 5.5"), 3, "priority", None),
        (changed("priority: 50", "priority: true"), 3, "priority", None),
        (changed("when: ", "whenever: "), 4, "whenever", "when"),
        (changed(INTERACTION, "click: {}"), 4, "when.click", "interaction"),
        (changed("{" + INTERACTION + "}", "{}"), 4, "when", "interaction"),
        (changed(INTERACTION, "interaction: {type: Order}"), 4, "when.interaction.type", None),
        (
            changed(INTERACTION, "interaction: {type: a.b, data: {rating.colour: red}}"),
            4,
            "when.interaction.data.rating.colour",
            "rating.kind",
        ),
        (changed(INTERACTION, "transition: {dimension: mood}"), 4, "when.transition.dimension", "churn_band"),
        (changed(INTERACTION, "transition: {dimension: tier, to: [gold]}"), 4, "when.transition.to.0", "intimate"),
        (changed(INTERACTION, "transition: {dimension: tier, causes: [whim]}"), 4, "when.transition.causes.0", "late"),
        (changed(INTERACTION, "transition: {dimension: health}"), 4, "when.transition", "falls_below"),
        (
            changed(INTERACTION, "transition: {dimension: key_account, worsens: true}"),
            4,
            "when.transition.worsens",
            "false",
        ),
        (
            changed(INTERACTION, "calendar: {event: festival, names: [halloween]}"),
            4,
            "when.calendar.names.0",
            "spring_festival",
        ),
        (changed(INTERACTION, "calendar: {event: festival}"), 4, "when.calendar", "mid_autumn"),
        (changed(INTERACTION, "calendar: {event: birthday, hour: 24}"), 4, "when.calendar.hour", None),
        (
            changed(INTERACTION, "cadence: {since: [a.b], days: {tier: {gold: 3}}}"),
            4,
            "when.cadence.days.tier.gold",
            "brand",
        ),
        (changed(INTERACTION, "cadence: {since: [a.b], days: {}}"), 4, "when.cadence.days", "tier"),
        (changed(INTERACTION, "case: {what: lost}"), 4, "when.case.what", "opened"),
        (changed(INTERACTION, "case: {what: opened, resolution: resolved}"), 4, "when.case.resolution", None),
        (changed(INTERACTION, "schedule: {weekday: 8}"), 4, "when.schedule.weekday", None),
        (changed(MESSAGE, ""), 5, "do", None),
        (changed(MESSAGE, "{after: 1d}"), 5, "do.0", "task"),
        (changed(MESSAGE, "{benefit: {kind: coupon}}"), 5, "do.0.benefit", "message"),
        (changed("channels: [email]", "channels: [email, email]"), 5, "do.0.message.channels", None),
        (changed(MESSAGE, "{task: {kind: dance, role: advisor}}"), 5, "do.0.task.kind", "call"),
        (changed(MESSAGE, "{task: {kind: call}}"), 5, "do.0.task", "role"),
        (changed("valid_for: 2d", "valid_for: 0d"), 6, "valid_for", None),
        (changed("valid_for: 2d", "valid_for: 2 days"), 6, "valid_for", "7d"),
        (LEAST + "for: [{mood: good}]\n", 7, "for.0.mood", "segment"),
        (LEAST + "for: [{segment: gold}]\n", 7, "for.0.segment", "high_value"),
        (LEAST + "for: [{key_account: maybe}]\n", 7, "for.0.key_account", "true"),
        (LEAST + "for: [{care.health: high}]\n", 7, "for.0.care.health", None),
        (LEAST + "for: [{care.health: {above: 3}}]\n", 7, "for.0.care.health.above", "at_least"),
        (LEAST + "for: [{segment: {at_least: active}}]\n", 7, "for.0.segment.at_least", "equals"),
        (LEAST + "for: [{days_since.Order: 3}]\n", 7, "for.0.days_since.Order", "days_since.<event type>"),
        (LEAST + "for: [{not: {}}]\n", 7, "for.0.not", "any"),
        (LEAST + "once_per: {days: 3, per: year}\n", 7, "once_per", "days"),
        (LEAST + "once_per: {per: month}\n", 7, "once_per.per", "year"),
        (LEAST + "holdout: 60%\n", 7, "holdout", None),
        (LEAST.replace("care", "service") + "holdout: 10%\n", 7, "holdout", "0%"),
        (LEAST + "safety: true\n", 7, "safety", "false"),
        (LEAST + "goal: {event: order.completed}\n", 7, "goal", "within"),
        (LEAST + "tone: plain\ntone: plain\n", 8, "tone", None),
        (LEAST + "stop_on: order.completed\n", 7, "stop_on", None),
        (LEAST.replace("priority: 50\n", ""), 1, "", "priority"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_field(text: str, line: int, field: str, allowed: str | None) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_playbook(text, "hello.yaml")
    data = refused.value.data
    assert (data["file"], data["line"], data["field"]) == ("hello.yaml", line, field), refused.value.message
    assert allowed is None or allowed in data["allowed"]


@given(st.text(alphabet=st.sampled_from("abn:{}[]-,&*!|>'\"#%@ \n0179.~?"), max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(DocumentInvalid):
        assert isinstance(read_playbook(LEAST + "for: " + text, "x.yaml"), Playbook)
