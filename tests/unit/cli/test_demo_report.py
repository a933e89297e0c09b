"""Does the demo's report say what the base's reports say, in the terminal and on the page?"""

import re
from dataclasses import replace
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from guanxi_cli.demo.care import CareStory
from guanxi_cli.demo.loading import Loaded
from guanxi_cli.demo.page import write_page
from guanxi_cli.demo.story import Group, Story
from guanxi_cli.demo.terminal import print_care, print_story
from guanxi_cli.demo.whole_base import Base, Row

LOADED = Loaded(accepted=2, duplicates=0, accepted_seconds=0.1, applied_seconds=0.2)
GROUPS = [Group(name="active", customers=3, share=1.0, monetary_minor=500, monetary_share=1.0)]
STORY = Story(
    as_of="2026-11-30",
    currency="GBP",
    dimensions={"segment": GROUPS},
    base=Base(
        segments=["high_value", "churned"],
        matrix=[
            Row(stage="loyalty", customers=[1_234, 0], monetary_shares=[0.756, 0.0]),
            Row(stage="initial_contact", customers=[5, 60], monetary_shares=[0.2, 0.044]),
        ],
        sentences=["The top 20% of 1,299 paying customers bring 71.4% of it.", "<b>Again</b> they buy."],
    ),
    at_risk=[],
    card={"tier": "brand", "unknown": {}},
)
CARE = CareStory(
    people=0,
    playbooks=[],
    tasks={"open": 0, "due": 0, "missed": 0},
    nps="NPS 0",
    cases={"open": 51, "resolved": 1, "cannot_resolve": 1},
    cases_overdue=2,
    circle_of="x",
    circle=[],
)
CASES = ("0 held out by lot; 53 cases opened.", "53 cases opened (51 open, 1 resolved, 1 cannot resolve), 2 overdue.")
CELLS = ("loyalty 1,234 (75.6%) 0 (0.0%)", "initial_contact 5 (20.0%) 60 (4.4%)")


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_the_matrix_and_every_sentence(width: int) -> None:
    out = StringIO()
    print_story(Console(file=out, width=width), LOADED, STORY)
    told = " ".join(out.getvalue().split())
    for cells in (*CELLS, *STORY.base.sentences):
        assert cells in told


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_counts_every_opened_case_once_by_its_state(width: int) -> None:
    out = StringIO()
    print_care(Console(file=out, width=width), CARE)
    told = " ".join(re.sub(r"[─-╿]", " ", out.getvalue()).split())
    for sentence in CASES:
        assert sentence in told


def test_the_page_shows_the_same_and_escapes_it(tmp_path: Path) -> None:
    page = write_page(tmp_path / "report.html", LOADED, STORY, CARE).read_text("utf-8")
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", page.split("<body>")[1], flags=re.DOTALL)
    told = " ".join(unescape(body).split())
    for sentence in (*CELLS, *STORY.base.sentences, *CASES):
        assert sentence in told


def test_the_charts_write_per_cent_as_the_tables_do(tmp_path: Path) -> None:
    page = write_page(tmp_path / "report.html", LOADED, STORY, CARE).read_text("utf-8")
    assert '" %"' not in page.rpartition("<script>")[2]


def test_where_nobody_is_unhappy_no_state_is_named() -> None:
    happy = replace(CARE, cases={}, cases_overdue=0)
    assert happy.cases_sentence() == "0 cases opened, 0 overdue."
