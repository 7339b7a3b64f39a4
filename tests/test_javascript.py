"""Lint and unit tests of the page's scripts, by a Node and a linter that come with the other packages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.javascript import HARNESSES, NODE, compiler

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "rnn_compare"
BROWSER = PACKAGE / "browser"
SURFACES = (
    *(PACKAGE / page / "assets" for page in ("dashboard", "report", "playground")),
    PACKAGE / "lecture" / "pages",
)
ROOMS = (BROWSER, *SURFACES)
LONGEST_LINE = 120


def test_the_scripts_are_clean() -> None:
    """The rules stand in .oxlintrc.json."""
    _run(Path(sys.executable).with_name("oxlint"), *ROOMS, HARNESSES)


def test_the_types_of_the_scripts_agree() -> None:
    """Each with the others, with what browsers have, and with what Python sends (``browser/messages.d.ts``)."""
    _run(compiler(), "--project", PROJECT)


def test_the_pure_parts_of_the_scripts_do_what_they_should() -> None:
    _run(*NODE, "--test", *sorted(HARNESSES.glob("*.test.js")))


def test_every_script_says_its_job_in_its_first_line_and_no_line_is_too_long() -> None:
    paths = [path for room in ROOMS for path in room.rglob("*.js")]
    lines = {path.name: path.read_text(encoding="utf-8").splitlines() for path in paths}
    assert [name for name, content in lines.items() if not content[0].startswith("// ")] == []
    assert [name for name, content in lines.items() if max(map(len, content)) > LONGEST_LINE] == []


_IMPORT = re.compile(r"""(?:from|import\(?)\s*["'`](\.[^"'`?]+)""")
BELOW = {
    "arithmetic": ("arithmetic",),
    "common": ("common",),
    "judging": ("arithmetic", "judging"),
    "drawing": ("arithmetic", "common", "judging", "drawing"),
    "reading": ("arithmetic", "common", "judging", "drawing", "reading"),
}
"""What a folder of ``browser/`` may import."""


def test_a_script_imports_from_its_own_surface_and_from_the_room_below_all_surfaces() -> None:
    imports = [
        (path, (path.parent / target).resolve())
        for room in ROOMS
        for path in room.rglob("*.js")
        for target in _IMPORT.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(imports) > 50
    wrong = []
    for path, target in imports:
        below = {BROWSER / folder for folder in BELOW}
        if path.is_relative_to(BROWSER):
            allowed = {BROWSER / folder for folder in BELOW[path.relative_to(BROWSER).parts[0]]}
        else:
            allowed = below | {surface for surface in SURFACES if path.is_relative_to(surface)}
        if not target.is_file() or not any(target.is_relative_to(folder) for folder in allowed):
            wrong.append(f"{path.relative_to(PACKAGE)} imports {target}")
    assert wrong == []


def test_the_board_draws_figures_that_it_does_not_know_by_name() -> None:
    """A figure is declared once, in Python: see ``server/live.py``."""
    for name in ("board.js", "board_chart.js", "run_cards.js", "board_traces.js"):
        script = PACKAGE / "dashboard" / "assets" / "board" / name
        assert re.findall(r"accuracy|loss|auc\b", script.read_text(encoding="utf-8")) == []


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_no_style_of_the_whole_page_depends_on_what_is_somewhere_on_it() -> None:
    """With ``html:has(…)`` each changed text styles the page anew: a wall with charts stood still for half a minute."""
    styles = [path.read_text(encoding="utf-8") for room in ROOMS for path in room.rglob("*.css")]
    assert styles
    assert [
        rule for style in styles for rule in re.findall(r"^\W*(?:html|:root|body)\S*:has\(.*", style, re.MULTILINE)
    ] == []
