"""The page trains networks as good as the program's: best accuracies of the book's networks, eight seeds of each."""

from pathlib import Path

import pytest
from scipy.stats import ks_2samp, ttest_ind

import rnn_compare as rc
from rnn_compare.browser.packed_reviews import as_text, packed_reviews
from rnn_compare.browser.trainable import trainable
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from tests.kit.javascript import HARNESSES, in_node

SEEDS = 8
CHANCE = 0.001
"""So rarely do equal distributions fail the test."""


@pytest.mark.thorough
@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM"])
def test_browser_and_program_reach_the_same_accuracies(cell: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    in_program = [run.best.figures["val_accuracy"] for run in rc.train(cell, seeds=SEEDS).runs if run.best]
    book = Experiment(cell=cell)
    message = {
        "packed": {"text": as_text(packed_reviews(prepared.load(book.source).training, book.reviews))},
        "size": {name: getattr(book, name) for name in ("reviews", "maxlen", "vocabulary_size")},
        "descriptions": [trainable(book.model_copy(update={"seed": seed})) for seed in range(1, SEEDS + 1)],
        "epochs": book.epochs,
        "training": book.training_reviews,
    }
    in_browser = in_node(message, HARNESSES / "train_seeds.js")
    for name, accuracies in {"program": in_program, "browser": in_browser}.items():
        print(cell, name, *(f"{100 * accuracy:.1f}" for accuracy in sorted(accuracies)))
    assert ttest_ind(in_program, in_browser, equal_var=False).pvalue > CHANCE
    assert ks_2samp(in_program, in_browser).pvalue > CHANCE
