"""Does the code keep its shape: imports one way, a small chassis, names that say something, a head on each module?"""

import ast
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = [ROOT / "libs" / "common" / "src", ROOT / "cli" / "src", *sorted(ROOT.glob("services/*/src"))]
MODULES: Final = [path for source in SOURCES for path in sorted(source.rglob("*.py"))]

LINT_IMPORTS: Final = Path(sys.executable).with_name("lint-imports")
FORBIDDEN_NAMES: Final = {"util", "utils", "helper", "helpers", "base", "manager", "misc", "models", "service"}
MOST_CHASSIS_LINES: Final = 3000
NO_CODE: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def docstring_lines(tree: ast.Module) -> set[int]:
    """The lines of every text that stands alone as a statement."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def code_lines(path: Path) -> int:
    """Lines that hold code: neither blank, nor comment, nor docstring."""
    with path.open("rb") as file:
        held = {
            line
            for token in tokenize.tokenize(file.readline)
            if token.type not in NO_CODE
            for line in range(token.start[0], token.end[0] + 1)
        }
    return len(held - docstring_lines(ast.parse(path.read_text())))


SAMPLE: Final = '''"""Head
of two lines."""

# why
x = (
    1,
)


def f() -> str:
    """Says."""
    return "a"
'''


def test_code_lines_leave_out_comments_and_docstrings(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text(SAMPLE)
    assert code_lines(sample) == 5


def test_imports_run_one_way() -> None:
    finished = subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_the_chassis_is_small() -> None:
    """Event contracts are no chassis: they grow with the events."""
    chassis = ROOT / "libs" / "common" / "src" / "common"
    lines = {relative(path): code_lines(path) for path in chassis.rglob("*.py") if "contracts" not in path.parts}
    assert sum(lines.values()) <= MOST_CHASSIS_LINES, lines


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_hides_behind_a_name_that_says_nothing(path: Path) -> None:
    words = {path.stem, *(part for part in path.relative_to(ROOT).parts[:-1])}
    assert not words & FORBIDDEN_NAMES


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=relative)
def test_init_files_are_empty(path: Path) -> None:
    assert path.read_bytes() == b""


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"], ids=relative)
def test_each_module_opens_by_saying_which_question_it_answers(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{relative(path)} has no docstring at its head"
