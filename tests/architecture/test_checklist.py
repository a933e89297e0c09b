"""Does everything exist that the checklist of scoring names?"""

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "checklist.md").read_text(encoding="utf-8")
ROWS: Final = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## Not there")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| concept"))
]
SCORING: Final = ROOT / "services" / "scoring" / "src" / "scoring"


@lru_cache(maxsize=64)
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_each_concept_has_an_owner_a_place_and_a_test() -> None:
    assert len(ROWS) > 50
    for row in ROWS:
        assert len(row) == 4, row
        assert "S" in row[1], row
        assert quoted(row[2]), row
        assert quoted(row[3]), row


def test_every_file_that_is_named_exists() -> None:
    absent = {name for row in ROWS for name in quoted(row[2]) if not (SCORING / name).is_file()}
    assert not absent


def test_every_test_that_is_named_exists() -> None:
    absent = []
    for name in sorted({name for row in ROWS for name in quoted(row[3])}):
        file, _, test = name.partition("::")
        path = ROOT / "tests" / file
        if not path.is_file() or test not in functions(path):
            absent.append(name)
    assert not absent


def test_every_question_of_the_portrait_stands_on_the_page() -> None:
    portrait = ast.parse((SCORING / "domain" / "portrait" / "portrait.py").read_text(encoding="utf-8"))
    asked = {
        node.module.rsplit(".", maxsplit=1)[-1]
        for node in ast.walk(portrait)
        if isinstance(node, ast.ImportFrom)
        and node.module is not None
        and node.module.startswith("scoring.domain.portrait.")
    }
    plumbing = {"card_figures", "past", "unknown"}
    named = {Path(name).stem for row in ROWS for name in quoted(row[2])}
    assert asked - plumbing <= named
