"""Exported Python, notebooks and pages hold outside names as text: hostile ones change no statement and no element."""

import ast
import contextlib
import csv
import json
import sqlite3
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import mistune
import nbformat
import pytest

from rnn_compare.formatting import visible
from rnn_compare.networks.keras_script import opening, script
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.report.notebook import notebook
from rnn_compare.reviews import text_import
from rnn_compare.runs.store import RunStore
from tests.kit.runs import finished_run

from .hostile import OF_FILES


@dataclass(frozen=True)
class Exports:
    """What is exported of two runs: the Python by its kind, the page, and the notebook's Markdown."""

    python: dict[str, str]
    page: str
    markdown: list[str]


def exports(folder: Path, name: str) -> Exports:
    """Exports runs on texts whose file, columns and a label have the name, as one of the runs and its note."""
    label = visible(name).lstrip(" =+-@")[:40].strip() or "bad"
    file = folder / f"{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow([f"a {name}", f"b {name}"])
        table.writerows([f"A fine day, longer than any label: {n}", (label, "other")[n % 2]] for n in range(20))
    source = text_import.import_texts(str(file)).name
    tiny = {"source": source, "reviews": 20, "maxlen": 8, "vocabulary_size": 100, "epochs": 1, "units": 3}
    with contextlib.closing(RunStore(folder / "cache" / "runs.db")) as store:
        runs = [finished_run(store, 0.7, cell=cell, **tiny) for cell in ("LSTM", "signedMinGRU")]
        with sqlite3.connect(store.path) as record:  # as another machine's record may hold it
            record.execute("UPDATE runs SET name = ?, note = ? WHERE id = ?", (name, name, runs[0]))
        contents = gather(store, runs)
        cells = nbformat.reads(notebook(contents), 4).cells
        experiment = contents.runs[0].experiment
        python = {
            "plain file": plain_script(experiment),
            "Keras script": script(experiment),
            "notebook": "\n".join(cell.source for cell in cells if cell.cell_type == "code"),
            "opening": opening(experiment, f"{name}.keras"),
        }
        return Exports(python, html(contents), [cell.source for cell in cells if cell.cell_type == "markdown"])


def structure(code: str) -> str:
    module = ast.parse(code)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(module)


def texts(code: str) -> set[object]:
    return {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[str]]] = []
        self.data = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, [name for name, _ in attrs]))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and data.startswith(("{", "[")):
            self.data.append(json.loads(data))


@pytest.mark.filterwarnings("error::SyntaxWarning")  # an invalid escape
def test_hostile_names_change_no_statement_of_exported_python_and_no_element_of_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exported(number: int, name: str) -> Exports:
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.setenv(CACHE_VARIABLE, str(folder / "cache"))
        return exports(folder, name)

    usual = exported(0, "tickets")
    for number, (kind, name) in enumerate(OF_FILES.items(), 1):
        hostile = exported(number, name)
        for form, code in hostile.python.items():
            assert structure(code) == structure(usual.python[form]), (kind, form)
        assert f"{name}.csv" in texts(hostile.python["plain file"]) & texts(hostile.python["Keras script"]), kind
        assert {f"{name}.csv", name} <= texts(hostile.python["notebook"]), kind
        assert f"{name}.keras" in texts(hostile.python["opening"]), kind
        assert Elements(hostile.page).tags == Elements(usual.page).tags, kind
        for text, usual_text in zip(hostile.markdown, usual.markdown, strict=True):
            assert Elements(str(mistune.html(text))).tags == Elements(str(mistune.html(usual_text))).tags, (kind, text)
    for number, name in enumerate(OF_FILES.values(), 1):
        assert {path.name for path in (tmp_path / str(number)).iterdir()} == {"cache", f"{name}.csv"}
