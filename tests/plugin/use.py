"""Uses what the example package brings, with any interpreter that has the program: all that is done with a network."""

import contextlib
import json
import re
from io import StringIO
from pathlib import Path

import numpy as np

from rnn_compare.browser.curves import curves_message
from rnn_compare.charts.curves.curve_chart import all_charts
from rnn_compare.charts.palette import picture
from rnn_compare.cli.main import main
from rnn_compare.comparison.baselines import baseline_table, cached
from rnn_compare.experiment import Experiment
from rnn_compare.explain.gradient_flow import gradient_norms
from rnn_compare.explain.prediction import encode, predict, run_weights
from rnn_compare.explain.word_by_word import read
from rnn_compare.paths import cache_folder
from rnn_compare.runs.store import RunStore
from rnn_compare.services import known_baselines

SIZES = ("--units", "4", "--embedding-size", "3")


def command(*words: str) -> str:
    """Runs a command and returns what it prints."""
    with contextlib.redirect_stdout(StringIO()) as printed, contextlib.suppress(SystemExit):
        assert main([*words]) == 0
    return printed.getvalue()


def lines(*words: str) -> list[dict[str, object]]:
    """Runs a command and returns the JSON objects that it prints."""
    return [json.loads(line) for line in command(*words, "--json").splitlines()]


def count() -> None:
    """Lists and counts the parts."""
    assert "echo 6,400" in " ".join(command("train", "--help").split())
    assert "2 · (4·4 + 3·4 + 4) = 2 · 32 = 64" in command("parameters", "--cell", "JANET", *SIZES)
    assert "2·3·4 + 4 = 28" in command("parameters", "--network", "pairs", *SIZES)


def judge_baselines() -> None:
    """Fits the baseline beside the program's own, and draws it."""
    rows = lines("baselines", "--reviews", "600", "--vocabulary-size", "2000")
    accuracies = {row["name"]: float(str(row["val_accuracy"])) for row in rows if "name" in row}
    assert list(accuracies) == ["majority", "naive_bayes", "words", "bigrams"]
    assert accuracies["naive_bayes"] > accuracies["majority"] + 0.2
    baselines = cached(Experiment(reviews=600, vocabulary_size=2000))
    assert baselines
    assert "Word pairs" in known_baselines.meaning(baselines)
    assert "Naive Bayes" in str(baseline_table(baselines))
    chart = str(curves_message([], [all_charts()["accuracy"]], baselines))
    assert f"naive bayes\\n{100 * accuracies['naive_bayes']:.1f} %" in chart


def train() -> None:
    """Trains the networks, and asks, exports and takes home what was trained."""
    small = (*SIZES, "--maxlen", "22", "--source", "echo", "--epochs", "1", "--vocabulary-size", "200")
    printed = lines("train", "--cell", "JANET", "--network", "pairs", *small, "--reviews", "600")
    ended = {str(line["cell"]): str(line["run"]) for line in printed if line.get("status") == "finished"}
    assert sorted(ended) == ["JANET", "pairs"]
    store = RunStore(cache_folder() / "runs.db")
    run = store.run(ended["JANET"])
    assert (run.is_fused, run.versions["packages"]) == (True, "rnn-compare-example 1.0")
    assert 0 < run.epochs[-1].figures["val_brier"] < 0.5
    text = "red table window blue"
    [prediction] = lines("predict", run.id, text)
    assert prediction["label"] in ("different", "the same")
    reading = read(run.experiment, run_weights(run, "best"), encode(run.experiment, text))
    assert [word.word for word in reading.words] == text.split()
    assert {*reading.cells[0].signals} == {"f", "candidate"}
    for option, file in (("--model", "janet.keras"), ("--weights", "janet.npz"), ("--plain", "janet.py")):
        command("export", run.id, option, file)
        assert Path(file).stat().st_size > 1000
    command("report", *ended.values(), "--html", "report.html", "--notebook", "report.ipynb")
    command("playground", "--html", "playground.html", "--source", "echo")
    for page in ("report.html", "playground.html"):
        content = Path(page).read_text("utf-8")
        assert re.search(r"FORMULAS = \{.*JANET: \[\{ forward:", content, re.DOTALL)
        assert "keeps {}" in content, "the drawing beside its module"


def arithmetic() -> None:
    """Compares NumPy's predictions with Keras'."""
    from rnn_compare.networks import keras_models
    from rnn_compare.networks.keras_script import script

    for name, layer in (("JANET", "class JANET(layers.RNN):"), ("pairs", 'layers.Conv1D(4, 2, activation="relu"),')):
        experiment = Experiment(cell=name, units=4, embedding_size=3, vocabulary_size=100, maxlen=5)
        model, random = keras_models.build(experiment), np.random.default_rng(0)
        model.set_weights([array + 0.3 * random.normal(size=array.shape) for array in model.get_weights()])
        weights, ids = keras_models.get_weights(model), random.integers(0, 100, (6, 5), dtype=np.int32)
        np.testing.assert_allclose(predict(experiment, weights, ids), model.predict(ids, verbose=0)[:, 0], atol=1e-5)
        assert layer in script(experiment)
        assert picture(name).color.startswith("#")
        if name == "JANET":
            assert gradient_norms(experiment, weights, ids, np.arange(6) % 2)[0].states.all()
    assert Experiment(cell="pairs", units=4).label == "Pairs of words(4)"


if __name__ == "__main__":
    for step in (count, judge_baselines, train, arithmetic):
        step()
    print("used")
