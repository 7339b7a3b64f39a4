"""The command: other sources than the book's reviews, and what it says of input that it cannot use."""

from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cli.main import BAD_INPUT, main
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.playground import packed_source
from rnn_compare.playground.packed_source import OWN
from rnn_compare.reviews.vocabulary import tokenize
from rnn_compare.sources import own_texts
from tests.kit.javascript import HARNESSES, in_node
from tests.playground.test_page import contents

TEXTS = [("it <b>crashed</b> again", "bug"), ("thank you very much", "praise")] * 40


@pytest.fixture(autouse=True)
def _in_a_folder(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.chdir(tmp_path)
    rows = "".join(f'"{text} {number}",{label}\n' for number, (text, label) in enumerate(TEXTS))
    Path("tickets.csv").write_text(f"text,label\n{rows}")


def page_of(*arguments: str) -> dict[str, Any]:
    assert main(["playground", "--html", "page.html", *arguments]) == 0
    return contents(Path("page.html"))


def test_own_texts_come_along_with_their_owner_a_warning_and_the_address_where_the_page_is_published(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.playground.page_data.playground_address", lambda: "https://rnn.example/?a&b")
    page = page_of("--source", "tickets.csv", "--licence", "Tickets of ACME <acme@example.org>", "--json")
    assert "contains your own texts, word by word" in capsys.readouterr().err
    name, own = next(iter(page["sources"].items()))
    assert own_texts.NAME.fullmatch(name)
    assert own["licence"] == "Tickets of ACME <acme@example.org>"
    assert own["labels"] == ["bug", "praise"]
    assert [page["presets"][0][key] for key in ("name", "source")] == ["tickets.csv", name]
    assert page["presets"][0]["settings"]["maxlen"] == [7], "the longest text and its start token"
    assert page["recorded"] is None
    assert page["address"] == "https://rnn.example/?a&b"
    assert '<link rel="canonical" href="https://rnn.example/?a&amp;b">' in Path("page.html").read_text("utf-8")
    message = {"packed": own["packed"], "sizes": [{"reviews": 80, "maxlen": 7, "vocabulary_size": 100}]}
    [[ids, labels]] = in_node(message, HARNESSES / "playground_data.js")["padded"]
    assert sum(labels) == 40
    words = ["", "", "", "", *own["vocabulary"].split()]
    texts = {
        " ".join(words[number] for number in ids[start : start + 7] if number > 3) for start in range(0, len(ids), 7)
    }
    assert texts == {" ".join(tokenize(f"{text} {number}")) for number, (text, _) in enumerate(TEXTS)}
    assert page_of("--source", name)["sources"][name]["licence"] == OWN


def test_a_task_at_any_distance_and_a_source_that_is_too_large_for_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_of("--source", "cups-12")
    assert page["presets"][0]["source"] == "cups-12"
    assert page["presets"][0]["settings"]["maxlen"] == [12]
    assert "MIT" in page["sources"]["cups-12"]["licence"]
    monkeypatch.setattr(packed_source, "MOST_WORDS", 20_000)
    page = page_of("--source", "rotten-tomatoes")
    reviews = page["presets"][0]["settings"]["reviews"]
    assert 500 < reviews == page["sources"]["rotten-tomatoes"]["reviews"] < 1_500
    assert f"The page has the first {reviews:,} of 8,530 texts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nothing to write. Add --folder"),
        (["--folder", ""], "The name of a file is empty"),
        (["--folder", "tickets.csv"], "tickets.csv is not a folder"),
        (["--folder", "none/site"], "is in a folder that does not exist"),
        (["--folder", "tickets.csv/site"], "is in a folder that does not exist"),
        (["--html", "."], "is a folder"),
        (["--folder", "/proc/site", "--source", "tickets.csv"], "/proc/site/reviews.gz cannot be written"),
        (["--html", "page.html", "--source", "nonsense"], "There is no source 'nonsense'"),
        (["--html", "page.html", "--source", "none.csv"], "cannot be read (No such file or directory)"),
        (["--html", "page.html", "--source", "order-900"], "Choose a shorter distance."),
    ],
)
def test_what_cannot_be_used_is_named(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["playground", *arguments]) == BAD_INPUT
    message = capsys.readouterr().err
    assert sentence in message
    assert "Traceback" not in message
    assert not Path("page.html").exists()


def test_a_page_that_cannot_be_written_leaves_the_earlier_one(capsys: pytest.CaptureFixture[str]) -> None:
    site = Path("site")
    (site / "reviews.gz").mkdir(parents=True)
    (site / "index.html").write_text("earlier")
    assert main(["playground", "--folder", "site", "--source", "tickets.csv"]) == BAD_INPUT
    assert "cannot be written" in capsys.readouterr().err
    assert (site / "index.html").read_text() == "earlier"
