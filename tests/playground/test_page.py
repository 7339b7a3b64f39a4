"""The page in both forms: what it weighs, that a browser reads its reviews, and that it asks nobody else."""

import re
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page

from rnn_compare import browser as scripts
from rnn_compare.browser.joining import joined
from rnn_compare.formatting import percent
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import FOLDER
from rnn_compare.runs.store import RunStore
from tests.kit.pages import held_by

from .conftest import hosted

SIZE = {"reviews": 25_000, "maxlen": 500, "vocabulary_size": 10_000}
READER = Path(scripts.__file__).parent / "arithmetic" / "packed_reviews.js"
READ = f"""async (size) => {{
  {joined(READER)}
  const {{ sources }} = JSON.parse(document.getElementById("contents").textContent);
  const [{{ packed: {{ url, text }} }}] = Object.values(sources);
  const reviews = await page.readReviews(text ? {{ text }} : {{ url: new URL(url, document.baseURI).href }});
  const {{ ids, labels }} = page.padded(reviews, size);
  return [ids.length, ids.reduce((sum, id, place) => sum + id * (place % 997), 0), labels.reduce((a, b) => a + b, 0)];
}}"""
"""Adds up all ids, each times a number that depends on its place."""


class ZipsInTransit(SimpleHTTPRequestHandler):
    """Declares that it has compressed what ends in ``.gz``, as some hosts do."""

    def end_headers(self) -> None:
        if urlsplit(self.path).path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()


def contents(page: Path) -> dict[str, Any]:
    written: dict[str, Any] = held_by(page.read_text("utf-8"), "contents")
    return written


def test_a_folder_below_a_path_and_a_file_on_a_disk_hold_the_programs_reviews_and_ask_nobody_else(
    site: Path, page: Page, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    [book, _] = BOOK.experiments()
    split = prepared.load(book.dataset).padded(book)
    ids = np.concatenate([split.x_train, split.x_val]).ravel().astype(np.int64)
    expected = [len(ids), int(ids @ (np.arange(len(ids)) % 997)), int(split.y_train.sum() + split.y_val.sum())]
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with hosted(site, ZipsInTransit) as host:
        page.goto(host)
        assert page.evaluate(READ, SIZE) == expected
        assert page.evaluate("fetch('https://elsewhere.example').catch((error) => error.message)") == "Failed to fetch"
    [document, data] = [address for address in requests if "favicon" not in address]
    assert document == host
    assert re.fullmatch(rf"{host}reviews\.gz\?[0-9a-f]{{8}}", data)
    assert sum(path.stat().st_size for path in (site / "course" / "page").iterdir()) < 10e6
    requests.clear()
    file = site / "page.html"
    page.goto(file.as_uri())
    assert page.evaluate(READ, SIZE) == expected
    assert requests == [file.as_uri()]
    assert file.stat().st_size < 12e6


def test_both_forms_have_the_books_experiment_as_it_was_recorded_and_differ_in_where_the_reviews_are(
    site: Path, tmp_path: Path
) -> None:
    hosted_form, file_form = contents(site / "course" / "page" / "index.html"), contents(site / "page.html")
    for source in hosted_form["sources"].values():
        packed = source.pop("packed")
        assert [*packed] == ["url"]
        assert (site / "course" / "page" / urlsplit(packed["url"]).path).is_file()
    assert [[*source.pop("packed")] for source in file_form["sources"].values()] == [["text"]] * 5
    assert hosted_form == file_form
    recorded = file_form["recorded"]
    store = RunStore(tmp_path / "runs.db")
    store.copy_from(FOLDER / "runs.db")
    runs = [run for run in store.runs() if run.experiment.setting in BOOK.hashes]
    store.close()
    assert recorded["settings"]["seeds"] == len(runs) / 2 > 1
    assert {network["id"] for network in recorded["networks"]} <= {run.id for run in runs}
    for card in recorded["cards"]:
        own = [run for run in runs if run.experiment.label == card["title"]]
        assert (card["seeds"], card["parameters"]) == (len(own), own[0].parameters)
        assert percent(card["accuracy"]) in recorded["verdict"], "as the verdict says"
    assert recorded["verdict"].startswith("LSTM(32) is better than SimpleRNN(32) by ")
