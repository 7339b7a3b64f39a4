"""One name, one meaning; and no cell and no source of reviews is known by its name outside its own files."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.sources.registry import SOURCES

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "rnn_compare"
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}

SAME_PART = (
    {"training/local", "training/remote"},  # workers here and elsewhere
    {"dashboard/pages/compare", "dashboard/pages/inside", "dashboard/pages/runs"},  # a page of several parts
    {"metrics", "charts/curves"},  # a metric and its chart
    {"browser", "dashboard/widgets"},  # what a browser draws, and the widget that draws it
    {"class_networks", "sources"},  # the task of a class, and that of a source
)
"""Folders whose modules may share names: the same part for different things, or different parts of one thing."""
REGISTRIES = "registry"
"""Modules of this name list what their package declares."""
PACKAGES_NOTED = ("training/worker/fitting.py",)
"""Where ``keras`` is the package whose version is noted, not the source of that name."""


def test_no_two_modules_share_a_name_unless_they_play_the_same_part() -> None:
    folders = defaultdict(set)
    for path in TREES:
        folder, _, name = path.rpartition("/")
        folders[name.removesuffix(".py")].add(folder)
    shared = {
        name: sorted(homes)
        for name, homes in folders.items()
        if len(homes) > 1 and not name.startswith("__") and name != REGISTRIES and not _play_the_same_part(homes)
    }
    assert shared == {}


def _play_the_same_part(folders: set[str]) -> bool:
    # A page has the name of its subject, and so have a lecture's step and a command of the command line.
    subjects = {folder for folder in folders if not folder.startswith(("dashboard/pages", "lecture/steps", "cli"))}
    return len(subjects) <= 1 or any(subjects <= group for group in SAME_PART)


def test_no_two_classes_share_a_name() -> None:
    classes = defaultdict(list)
    for path, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(path)
    assert {name: paths for name, paths in classes.items() if len(paths) > 1} == {}


def test_of_is_no_name() -> None:
    assert [path for path, tree in TREES.items() if "of" in set(_identifiers(tree))] == []


def _identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.Attribute(attr=name):
                yield name


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_compared_by_name_in_its_own_files_alone(name: str) -> None:
    own = f"/{cell_of(name).keras_name}.py"
    assert [place for place in _compared()[name] if own not in place] == []


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_compared_by_name_in_its_own_file_alone(name: str) -> None:
    assert [place for place in _compared()[name] if not place.startswith(("sources/", *PACKAGES_NOTED))] == []


@cache
def _compared() -> Mapping[object, list[str]]:
    """Returns where each constant stands in a comparison, in the keys of a dict or in a pattern."""
    places = defaultdict[object, list[str]](list)
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            match node:
                case ast.Compare(left=left, comparators=others):
                    parts: list[ast.AST | None] = [left, *others]
                case ast.Dict(keys=keys):
                    parts = [*keys]
                case ast.match_case(pattern=pattern):
                    parts = [pattern]
                case _:
                    continue
            for constant in (inner for part in parts if part is not None for inner in ast.walk(part)):
                if isinstance(constant, ast.Constant):
                    places[constant.value].append(f"{path}:{constant.lineno}")
    return places


VAGUE = {"found", "told", "said", "given", "drawn", "kept", "each", "one", "asked", "begun"}
"""Words that say nothing of what they hold; a noun does."""


@pytest.mark.parametrize("folder", ["rnn_compare", "benchmarks", "tests"])
def test_variables_and_arguments_are_nouns(folder: str) -> None:
    vague = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _bound(node)
        if name in VAGUE
    }
    assert vague == set()


def _bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name


def test_a_modules_docstring_begins_with_what_it_is() -> None:
    first_words = {path: (ast.get_docstring(tree) or "").partition(" ")[0] for path, tree in TREES.items()}
    questions = {"What", "How", "Which", "Where", "Whether", "When", "Who"}
    assert {path for path, word in first_words.items() if word in questions} == set()
