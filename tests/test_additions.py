"""One file each adds a cell, another network, a baseline, a source, a step and a kind of question to a copy."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import rnn_compare
from rnn_compare.paths import CACHE_VARIABLE
from tests.kept import lend

CIFG = '''
"""CIFG: an LSTM whose input gate is what its forget gate leaves (Greff et al. 2017)."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal
from rnn_compare.cells.formula import Values, sigmoid, tanh


def forward(x_f: Values, x_c: Values, x_o: Values, previous_carry: Values) -> tuple[Values, ...]:
    f = sigmoid(x_f)
    candidate = tanh(x_c)
    o = sigmoid(x_o)
    carry = f * previous_carry + (1 - f) * candidate
    state = o * tanh(carry)
    return (f, candidate, o, carry, state)


def backward(f, candidate, o, carry, previous_carry, d_state, d_carry):
    shown = tanh(carry)
    d_carry = d_carry + d_state * o * (1 - shown * shown)
    d_x_f = d_carry * (previous_carry - candidate) * f * (1 - f)
    d_x_c = d_carry * (1 - f) * (1 - candidate * candidate)
    d_x_o = d_state * shown * o * (1 - o)
    d_previous_carry = d_carry * f
    return (d_x_f, d_x_c, d_x_o, d_previous_carry, d_carry)


CELL = Cell(
    name="CIFG",
    keras_name="cifg",
    year=2099,
    source="this test",
    gates=(Gate("f", "forget gate"), Gate("c", "candidate"), Gate("o", "output gate")),
    signals=(
        Signal("carry", "carry c", "state"),
        Signal("state", "state h", "state"),
        Signal("f", "forget", "gate"),
        Signal("candidate", "candidate", "value"),
        Signal("o", "output", "gate"),
    ),
    phases=(Phase(forward, backward),),
    formula=(r"\\mathrm{output}_t &= \\dots \\\\",),
    pace=Pace(1e-6, 1e-6),
    states=("state", "carry"),
    in_keras=False,
    keeping_gate="f",
)
'''

PAIRS = '''
"""A convolution of two words, and the mean of its matches."""

from rnn_compare.feedforward.convolution import convolved
from rnn_compare.feedforward.feedforward import Feedforward, KerasLayer


def layers(sizes):
    units, features, _ = sizes
    return (
        KerasLayer("pairs", "Conv1D", (units, 2), {"activation": "relu"},
                   {"kernel": (2, features, units), "bias": (units,)}),
        KerasLayer("mean", "GlobalAveragePooling1D"),
    )


def forward(weights, vectors, _mask):
    return convolved(weights, "pairs", vectors).mean(axis=1), {}


NETWORK = Feedforward(
    name="pairs",
    title="pairs of words",
    year=2099,
    source="this test",
    layers=layers,
    forward=forward,
    formula=(r"\\mathrm{output} &= \\dots \\\\",),
    pace=1e-6,
    shortest=2,
)
'''

NAIVE_BAYES = '''
"""Naive Bayes on the words of a review."""

import numpy as np

from rnn_compare.baselines.bags import BagClassifier, bags
from rnn_compare.baselines.classifier import Classifier


def fit(reviews, places, vocabulary_size):
    held, labels = bags(reviews, places, vocabulary_size, longest=1), reviews.labels[places]
    positive, negative = (
        1 + np.bincount(held.terms[labels[held.reviews] == label], minlength=vocabulary_size) for label in (1, 0)
    )
    weights = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    prior = np.log(labels.mean() / (1 - labels.mean()))
    return BagClassifier(np.arange(vocabulary_size), weights, prior, vocabulary_size, longest=1)


NAIVE_BAYES = Classifier("naive_bayes", "Naive Bayes", position=15, fit=fit)
'''

PLAYS = '''
"""Forty reviews of plays, and four to test with."""

from rnn_compare.sources.source import Source, WrittenReviews, script_from_texts


def _read():
    texts = [f"A fine play, no. {evening}" if evening % 2 else f"What a bore! No {evening}" for evening in range(40)]
    labels = [evening % 2 for evening in range(40)]
    return WrittenReviews(texts, labels, ["A fine bore", "a FINE xylophone", "What?", "play"], [0, 1, 0, 1])


SOURCE = Source(
    name="plays",
    title="Plays, seen last year",
    corpus="plays",
    size=40,
    test_size=4,
    fingerprint=lambda: "1",
    read=_read,
    script=script_from_texts("texts, labels = [], []"),
)
'''

USE = """
import contextlib
import numpy as np
from rnn_compare.browser.curves import curves_message
from rnn_compare.charts.curves.curve_chart import all_charts
from rnn_compare.charts.palette import picture
from rnn_compare.cli.main import main
from rnn_compare.comparison.baselines import baseline_table, cached
from rnn_compare.experiment import Experiment
from rnn_compare.explain.gradient_flow import gradient_norms
from rnn_compare.explain.held_out import held_out
from rnn_compare.explain.prediction import predict
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text
from rnn_compare.services import known_baselines

with contextlib.suppress(SystemExit):
    main(["train", "--help"])
sizes = ["--units", "4", "--embedding-size", "3"]
assert main(["parameters", "--cell", "CIFG", *sizes]) == 0
assert main(["parameters", "--network", "pairs", *sizes]) == 0
assert main(["baselines", "--reviews", "600", "--vocabulary-size", "2000", "--json"]) == 0
baselines = cached(Experiment(reviews=600, vocabulary_size=2000))
assert "Word pairs" in known_baselines.meaning(baselines)
assert "Naive Bayes" in str(baseline_table(baselines))
print("drawn:", curves_message([], [all_charts()["accuracy"]], baselines))

plays = Experiment(source="plays", maxlen=5, vocabulary_size=100)
reviews = prepared.load("plays")
ids, labels = reviews.test(plays)
assert labels.tolist() == [0, 1, 0, 1]
texts = [reviews.text(number, "test") for number in range(4)]
assert ids.tolist() == [read_text(text, reviews.vocabulary, 100, 5).ids.tolist() for text in texts]
assert 2 in ids[1], "no training review holds a xylophone"
offered = held_out([plays])
assert (offered.kind, offered.text(2), offered.positive(2)) == ("test", "a FINE xylophone", True)
assert held_out([Experiment(reviews=1000), plays]) is None, "who knows what another corpus holds"

small = [*sizes, "--maxlen", "10", "--source", "plays", "--epochs", "1", "--vocabulary-size", "200"]
assert main(["train", "--cell", "CIFG", "--network", "pairs", *small, "--json"]) == 0

from rnn_compare.networks import keras_models
from rnn_compare.networks.keras_script import script

for name, layer in (("CIFG", "class CIFG(layers.RNN):"), ("pairs", 'layers.Conv1D(4, 2, activation="relu"),')):
    experiment = Experiment(cell=name, units=4, embedding_size=3, vocabulary_size=100, maxlen=5)
    model, random = keras_models.build(experiment), np.random.default_rng(0)
    model.set_weights([array + 0.3 * random.normal(size=array.shape) for array in model.get_weights()])
    weights, ids = keras_models.get_weights(model), random.integers(0, 100, (6, 5))
    np.testing.assert_allclose(predict(experiment, weights, ids), model.predict(ids, verbose=0)[:, 0], atol=1e-5)
    assert layer in script(experiment)
    assert picture(name).color.startswith("#") and (picture(name).drawing or name == "pairs")
    if name == "CIFG":
        assert gradient_norms(experiment, weights, ids, np.arange(6) % 2)[0].states.all()
assert experiment.label == "Pairs of words(4)"
print("used")
"""

PAUSE = '''
"""A pause, in which the hall writes reviews."""

from rnn_compare.lecture.lecture_file import StepKind


def parts(scene):
    following = scene.lecture.steps[scene.index + 1].title
    return [{"kind": "sentences", "lines": [f"Back in ten minutes, for {following}"]}]


def presses(scene):
    return [{"label": "Ring the bell", "press": "next"}]


PAUSE = StepKind("pause", parts, presses, takes_reviews=True)
'''

LECTURE = """
title = "Mine"
preset = "Short"
[[steps]]
kind = "text"
title = "Before"
[[steps]]
kind = "pause"
title = "Coffee"
text = "**Outside**"
[[steps]]
kind = "networks"
title = "the networks"
"""

GIVE = """
import json
from pathlib import Path

from rnn_compare.lecture import presses
from rnn_compare.paths import cache_folder
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import App
from rnn_compare.server.lecture.stream import build
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine

store, own = RunStore(cache_folder() / "runs.db"), App()
own._services = Services(store, Engine(store, origin="page"), own.classroom)  # not started: nothing is trained
stage, classroom = own.stage(), own.classroom()
presses.begin(stage, "mine")
for title, takes_reviews in (("Before", False), ("Coffee", True), ("the networks", False)):
    events, _ = build(stage, classroom, classroom.state(), {"wall", "notes", "phones"}, False)
    sent = [events.by_audience[page].partition(b"data: ")[2] for page in ("wall", "notes", "phones")]
    wall, notes, phones = map(json.loads, sent)
    assert wall["title"] == notes["title"] == phones["title"] == title
    assert (phones["reviews"], notes["takesReviews"]) == (takes_reviews, takes_reviews)
    pause = [{"kind": "sentences", "lines": ["Back in ten minutes, for the networks"]}]
    assert (wall["parts"] == phones["parts"] == pause) == takes_reviews, wall
    assert ("Ring the bell" in str(wall["presses"])) == takes_reviews
    presses.press(stage, "next")
"""


AMOUNT = (Path(rnn_compare.__path__[0]) / "lecture/kinds/number.py").read_text().replace('"number"', '"amount"')

ASK = """
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.lecture.classroom.class_state import STATE, Contribution, State
from rnn_compare.lecture.lecture_file import load
from rnn_compare.lecture.questions import checked, is_right, outcome, tally
from rnn_compare.lecture import phone_message

question = load(Path("cache/lectures/asked.toml")).steps[0].question
result, answers = outcome(question, [], Evidence(store)), [checked(question, answer) for answer in (1995, 1997.2, 2001)]
assert [is_right(question, answer, result) for answer in answers] == [True, True, False]
state = State(lecture="asked", question=question, phase="revealed")
assert STATE.validate_json(STATE.dump_json(state)) == state
message = phone_message.for_all(state, [], [tally(question, answers)], result)
assert (message["question"]["control"]["name"], message["outcome"]["answer"]) == ("slider", 1997)
assert message["tallies"][0]["edges"][0] == 1980 and sum(message["tallies"][0]["counts"]) == 3
assert phone_message.for_one(state, Contribution(1996.0), result)["right"] is True
asked = str(phone_message.for_all(State(lecture="asked", question=question, phase="open"), [], [], None))
assert "1997" not in asked, asked
"""

ASKED = """
title = "Asked"
preset = "Short"
[[steps]]
kind = "predict"
title = "Before"
[steps.question]
id = "lstm"
kind = "amount"
text = "When was the LSTM published?"
about = 1997
within = 2
least = 1980
most = 2020
step = 1
"""


def use(folder: Path, script: str, added: Mapping[str, str]) -> str:
    """Copies the package into a folder, with further modules, runs a script there, and returns what it prints."""
    package = Path(rnn_compare.__path__[0])
    shutil.copytree(package, folder / "rnn_compare", ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in added.items():
        (folder / "rnn_compare" / name).write_text(content)
    environment = {CACHE_VARIABLE: str(folder / "cache"), "PYTHONPATH": str(folder), "RNN_COMPARE_WORKERS": "1"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_cell_a_network_a_baseline_and_a_source_are_trained_counted_drawn_read_and_exported(
    tmp_path: Path, prepared_cache: Path
) -> None:
    lend(prepared_cache, tmp_path / "cache")
    added = {"cells/cifg.py": CIFG, "feedforward/pairs.py": PAIRS, "baselines/naive_bayes.py": NAIVE_BAYES}
    added["sources/plays.py"] = PLAYS
    printed = use(tmp_path, USE, added)
    assert "plays 40, rotten-tomatoes 8,530," in " ".join(printed.split())
    assert "3 · (4·4 + 3·4 + 4) = 3 · 32 = 96" in printed
    assert "2·3·4 + 4 = 28" in printed
    messages = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    accuracies = {line["name"]: line["val_accuracy"] for line in messages if "name" in line}
    assert list(accuracies) == ["majority", "naive_bayes", "words", "bigrams"]
    assert accuracies["naive_bayes"] > accuracies["majority"] + 0.2
    assert f"naive bayes\\n{100 * accuracies['naive_bayes']:.1f} %" in printed
    assert '"cell": "CIFG", "status": "finished"' in printed
    assert '"cell": "pairs", "status": "finished"' in printed
    assert printed.endswith("used\n")


def test_a_step_and_a_kind_of_question_are_named_by_lectures_shown_graded_and_sent_to_phones(tmp_path: Path) -> None:
    (tmp_path / "cache" / "lectures").mkdir(parents=True)
    for name, lecture in (("mine", LECTURE), ("asked", ASKED)):
        (tmp_path / "cache" / "lectures" / f"{name}.toml").write_text(lecture)
    added = {"lecture/steps/pause.py": PAUSE, "lecture/kinds/amount.py": AMOUNT}
    use(tmp_path, GIVE + ASK, added)
