"""A third source is one file beside the others: the rest of the program, a copy of it, knows it without a change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE

PACKAGE = Path(__file__).resolve().parents[2] / "rnn_compare"
FILE = '''"""Forty reviews of plays, and four to test with."""

from rnn_compare.sources.source import Source, WrittenReviews, script_from_texts


def _read() -> WrittenReviews:
    texts = [f"A fine play, no. {evening}" if evening % 2 else f"What a bore! No {evening}" for evening in range(40)]
    labels = [evening % 2 for evening in range(40)]
    return WrittenReviews(texts, labels, ["A fine bore", "a FINE xylophone", "What?", "play"], [0, 1, 0, 1])


_IN_A_SCRIPT = """
texts = [f"A fine play, no. {evening}" if evening % 2 else f"What a bore! No {evening}" for evening in range(40)]
labels = [evening % 2 for evening in range(40)]
"""

SOURCE = Source(
    name="plays",
    title="Plays, seen last year",
    corpus="plays",
    size=40,
    test_size=4,
    fingerprint=lambda: "1",
    read=_read,
    script=script_from_texts(_IN_A_SCRIPT),
)
'''
SETTINGS = {"cell": "LSTM", "units": 2, "maxlen": 8, "batch_size": 8, "vocabulary_size": 100, "embedding_size": 4}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with one file more."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PACKAGE, folder / "rnn_compare", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "rnn_compare" / "sources" / "plays.py").write_text(FILE)
    return folder


def python(project: Path, *arguments: str) -> str:
    """Runs Python in the copy and returns what it prints."""
    environment = os.environ | {CACHE_VARIABLE: str(project / "cache"), "PYTHONPATH": str(project)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(project: Path, script: str, *arguments: str) -> str:
    """Runs a script in the copy and returns what it prints."""
    (project / "script.py").write_text(script)
    return python(project, "script.py", *arguments)


def test_the_command_line_offers_it(project: Path) -> None:
    helped = " ".join(python(project, "-m", "rnn_compare", "train", "--help").split()).replace("- ", "-")  # unwrapped
    assert (
        "bundled or cups or first-word or keras or order or parity2 or plays or rotten-tomatoes or thirds; bundled if "
        "left out." in helped
    )
    assert "10 to the size of the source (bundled 25,000, cups 6,400, first-word 6,400" in helped
    assert "plays 40, rotten-tomatoes 8,530, thirds 6,400); all if left out." in helped


def test_the_pages_offer_it_and_its_reviews_bound_their_number(project: Path) -> None:
    script = """
from streamlit.testing.v1 import AppTest

def page():
    from rnn_compare.dashboard.pages.compare import controls
    import streamlit as st
    found = controls.setup(st.container())
    st.text(str([experiment.reviews for experiment in found.experiments]))

app = AppTest.from_function(page, default_timeout=180)
app.session_state["more_settings"] = True
app.run()
source, reviews = app.selectbox(key="source"), app.number_input(key="reviews")
assert "Plays, seen last year" in source.options, source.options
assert (reviews.value, reviews.max) == (25_000, 25_000)
app.selectbox(key="source").set_value("plays").run()
assert (app.number_input(key="reviews").value, app.number_input(key="reviews").max) == (40, 40)
assert app.text[0].value == "[40, 40]", app.text[0].value
app.number_input(key="reviews").set_value(30).run()
app.selectbox(key="source").set_value("bundled").run()
assert app.number_input(key="reviews").value == 30, "what was chosen stays where the source holds it"
app.number_input(key="reviews").set_value(5_000).run()
app.selectbox(key="source").set_value("plays").run()
assert app.number_input(key="reviews").value == 40
assert app.text[0].value == "[40, 40]", app.text[0].value
app.selectbox(key="source").set_value("keras").run()
assert app.number_input(key="reviews").value == 25_000, "all stay all"
assert not app.exception and not app.warning

app = AppTest.from_function(page, default_timeout=180)
app.query_params.update({"source": "plays", "reviews": "41"})
app.run()
assert app.warning[0].value.startswith("In this link: reviews is 41; it must be between 10 and 40."), app.warning
assert app.text[0].value == "[40, 40]", app.text[0].value
for address in ("plays", "Plays, seen last year"):  # people write the name, Streamlit the title
    app = AppTest.from_function(page, default_timeout=180)
    app.query_params["source"] = address
    app.run()
    assert (app.selectbox(key="source").value, app.number_input(key="reviews").value) == ("plays", 40), address
    assert not app.warning
app = AppTest.from_function(page, default_timeout=180)
app.query_params.update({"source": "gone", "reviews": "41"})
app.run()
assert "source is 'gone'; it must be one of 'bundled'," in app.warning[0].value
assert app.text[0].value == "[41, 41]", app.text[0].value

def reviews():
    from rnn_compare.dashboard.pages.reviews import page as reviews
    reviews.render()

app = AppTest.from_function(reviews, default_timeout=180)
app.session_state["source"] = "plays"
app.run()
assert not app.exception
body = "".join(element.proto.body for element in app.get("html"))
assert "40 train sequences<br>4 test sequences" in body, body
print("fine")
"""
    assert run(project, script).endswith("fine\n")


def test_its_test_reviews_are_encoded_and_offered_on_try_a_review(project: Path) -> None:
    script = """
from rnn_compare.experiment import Experiment
from rnn_compare.explain.held_out import held_out
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text

reviews = prepared.load("plays")
experiment = Experiment(source="plays", maxlen=5, vocabulary_size=100)
ids, labels = reviews.test(experiment)
assert labels.tolist() == [0, 1, 0, 1]
for number, row in enumerate(ids):
    text = reviews.text(number, "test")
    assert row.tolist() == read_text(text, reviews.vocabulary, 100, 5).ids.tolist(), text
assert 2 in ids[1], "no training review holds a xylophone"
found = held_out([experiment])
assert (found.kind, found.text(2), found.positive(2)) == ("test", "a FINE xylophone", True)
assert held_out([Experiment(reviews=1000), experiment]) is None, "who knows what another corpus holds"
print("fine")
"""
    assert run(project, script).endswith("fine\n")
