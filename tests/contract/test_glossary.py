"""Does the glossary cover the vocabulary, and does it name only what exists?"""

import re
from pathlib import Path

from contracts.reader import read_topics

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
TOPICS = {topic.file: topic for topic in read_topics()}


def test_every_name_on_the_card_stands_in_the_glossary() -> None:
    lists = TOPICS["relationships"].lists
    for name in (*lists["segment"], *lists["tier"], *lists["stage"], *lists["status"]):
        assert name in GLOSSARY, name


def test_every_event_type_that_the_glossary_names_exists() -> None:
    types = {type_.name for topic in TOPICS.values() for type_ in topic.types}
    objects = TOPICS["relationships"].objects
    fields = {f"{owner}.{field.name}" for owner in objects for field in objects[owner]}
    prefixes = {name.split(".")[0] for name in types | fields}
    named = {name for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", GLOSSARY) if name.split(".")[0] in prefixes}
    assert len(named) > 30
    assert named <= types | fields


def test_every_row_has_chinese_english_a_meaning_and_a_place() -> None:
    rows = [
        line for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| 中文"))
    ]
    assert len(rows) > 100
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert re.search(r"[\u4e00-\u9fff]|CLV|NPS", cells[0]), row
        assert all(cells), row
