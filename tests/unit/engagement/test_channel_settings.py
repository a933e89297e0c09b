"""Is a channel's section read strictly, and does every shipped playbook speak by a text of its own purpose?"""

from datetime import timedelta
from pathlib import Path

import pytest

from engagement.domain.contact_reading import read_contact
from engagement.domain.document import DocumentInvalid
from engagement.domain.playbook_reading import read_playbook
from engagement.domain.reachability import Channel
from engagement.domain.template_reading import LANGUAGES, read_template
from engagement.domain.template_writing import write_template
from engagement.domain.told_outcome import Consequence, ToldOutcome, consequence

POLICIES = Path(__file__).parents[3] / "policies"
PLAYBOOKS = sorted((POLICIES / "playbooks").glob("*.yaml"))
TEMPLATES = sorted((POLICIES / "templates").glob("*/*.liquid"))
HEAD = 'quiet_hours: {from: "21:00", to: "09:00"}\ncaps: [{code: cap_day, purposes: [care], max: 1, days: 1}]\n'


def channel(section: str) -> Channel:
    return read_contact(f"{HEAD}channels:\n  email: {section}\n", "contact.yaml").channels["email"]


def test_a_section_says_how_a_channel_is_carried_and_tried_again() -> None:
    told = channel(
        "{adapter: webhook, url: 'https://gateway.example/care', secret: gateway, timeout_seconds: 3, "
        "retry_seconds: [0, 10], retry_share: 20%, retries_per_second: 2, pause_seconds: [2, 9]}"
    ).settings
    assert (told.url, told.secret, told.timeout_seconds) == ("https://gateway.example/care", "gateway", 3)
    assert told.schedule == (timedelta(), timedelta(seconds=10))
    assert (told.retry_share, told.retries_per_second, told.pause_seconds) == (0.2, 2.0, (2, 9))


@pytest.mark.parametrize(
    ("section", "dropped"),
    [
        ("{adapter: file}", True),
        ("{adapter: smtp, host: mail.example, sender: a@b.example}", True),
        ("{adapter: wecom}", False),
        ("{adapter: file, drops_repeats: false}", False),
        ("{adapter: file, drops_repeats: false, retry_unknown: true}", True),
    ],
)
def test_whether_repeats_are_dropped_is_the_adapters_unless_said_otherwise(section: str, dropped: bool) -> None:
    assert channel(section).repeats_are_dropped is dropped


@pytest.mark.parametrize(
    "section",
    [
        "{adapter: webhook}",
        "{adapter: smtp, host: mail.example}",
        "{adapter: file, secret: ../key}",
        "{adapter: file, url: 'gopher://x'}",
        "{adapter: file, retry_seconds: [1]}",
        "{adapter: file, timeout_seconds: 0}",
        "{adapter: file, timeout_seconds: 31}",
        "{adapter: smtp, host: mail.example, sender: a@b.example, tls: perhaps}",
        "{adapter: file, colour: red}",
    ],
)
def test_a_section_that_breaks_a_rule_is_refused_with_its_line(section: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        channel(section)
    assert refused.value.data["line"] == 4


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_shipped_playbook_has_its_texts_in_both_languages_and_of_its_purpose(path: Path) -> None:
    playbook = read_playbook(path.read_text("utf-8"), path.name)
    for name in {step.template for step in playbook.steps} | ({playbook.neutral_template} - {None}):
        for language in LANGUAGES:
            file = POLICIES / "templates" / language / f"{name}.liquid"
            assert read_template(file.read_text("utf-8"), f"{language}/{name}").purpose == playbook.purpose


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_template_that_is_written_down_reads_the_same(path: Path) -> None:
    name = f"{path.parent.name}/{path.stem}"
    template = read_template(path.read_text("utf-8"), name)
    assert read_template(write_template(template), name) == template


@pytest.mark.parametrize(
    ("told", "state", "follows"),
    [
        ("sent", "unknown", Consequence(state="sent", outcome=None)),
        ("sent", "sent", Consequence(state=None, outcome=None)),
        ("failed", "sent", Consequence(state="failed", outcome=None)),
        ("failed", "expired", Consequence(state=None, outcome=None)),
        ("opened", "expired", Consequence(state="sent", outcome="reached")),
        ("opened", "sent", Consequence(state=None, outcome="reached")),
        ("not_reached", "awaiting_staff", Consequence(state=None, outcome="not_reached")),
        ("refused", "sent", Consequence(state=None, outcome="refused")),
    ],
)
def test_a_later_word_changes_what_it_says(told: str, state: str, follows: Consequence) -> None:
    assert consequence(ToldOutcome(told), state) == follows
