"""The docs, as text: files, headings and packages that they name exist, all are in the index, lines are short."""

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]
PACKAGE = PROJECT / "rnn_compare"
TESTS = PROJECT / "tests"
FOLDERS = (PROJECT, PACKAGE, PACKAGE / "browser", PACKAGE / "lecture", TESTS, PROJECT / "docs" / "upstream")
"""From which a page may name a file, by what it is about."""
LONGEST_LINE = 120
INSTALLS = "python3 -m venv .venv && "
"""How the README's two commands begin: each is one line, to be copied as it is."""

of_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))


@of_each_page
def test_every_module_script_and_test_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|js|ts|css|svg|json)|(?:[\w-]+/)+test_\w+|test_\w+\.py)`", text))
    assert [name for name in sorted(named) if not _exists(name)] == []


def _exists(name: str) -> bool:
    file = name if Path(name).suffix else f"{name}.py"
    return any((folder / file).exists() for folder in FOLDERS) or ("/" not in name and any(TESTS.rglob(file)))


@of_each_page
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    dead = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text("utf-8")):
        path, _, heading = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (heading and heading not in _headings(target)):
            dead.append(link)
    assert dead == []


def _headings(page: Path) -> set[str]:
    """Returns the names by which links address a page's headings, as forges make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_index_names_every_page() -> None:
    docs = PROJECT / "docs"
    index = (docs / "README.md").read_text("utf-8")
    assert [page.name for page in docs.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.parametrize("page", [*PAGES, PROJECT / "CHANGELOG.md"], ids=lambda page: str(page.relative_to(PROJECT)))
def test_lines_are_short_enough_to_be_read_in_an_editor(page: Path) -> None:
    assert [line for line in _lines(page) if len(line) > LONGEST_LINE] == []


def _lines(page: Path) -> Iterator[str]:
    """Yields the lines that could be wrapped: no row of a table, no picture, nothing from before this changelog."""
    for line in page.read_text("utf-8").partition("\n## 0.1.0")[0].splitlines():
        if not line.startswith(("|", "![", "[![", INSTALLS)):
            yield re.sub(r"https?://\S+", "", line)


@of_each_page
def test_a_table_is_in_one_piece(page: Path) -> None:
    """Rows after an empty line would be shown as text."""
    blocks = re.split(r"\n\s*\n", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
    rows = [[line.strip() for line in block.splitlines() if line.lstrip().startswith("|")] for block in blocks]
    assert [table[0] for table in rows if table and not re.fullmatch(r"[|:-]+", "".join(table[1:2]))] == []


@pytest.mark.parametrize("name", ["tutorial", "students", "troubleshooting"])
def test_labels_and_sentences_of_the_program_are_quoted_as_they_are(name: str) -> None:
    text = re.sub(r"```.*?```", "", (PROJECT / "docs" / f"{name}.md").read_text("utf-8"), flags=re.DOTALL)
    quotes = set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?!\*)", text))
    parts = {part.strip() for quote in quotes for part in quote.split("…")}
    assert [part for part in sorted(parts) if not any(part in words for words in _words())] == []
    assert len(quotes) > 15


@functools.cache
def _words() -> list[str]:
    """Returns the texts in the program's modules, its scripts and its lectures."""
    trees = [ast.parse(module.read_text("utf-8")) for module in PACKAGE.rglob("*.py")]
    nodes = (node for tree in trees for node in ast.walk(tree))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return texts + [file.read_text("utf-8") for ending in ("js", "toml") for file in PACKAGE.rglob(f"*.{ending}")]


def test_contributing_lists_the_packages_in_the_order_of_imports() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rows = re.findall(r"^\| (`\w.*?) \|", (PROJECT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)(?:/|\.py)`", row)]
    assert names == [layer for layer in layers if layer != "__main__"]
