"""A fourth baseline is added to a copy of the program: one file, and it is fitted, listed, kept, drawn and reported."""

import json
from pathlib import Path

from tests.copied_program import copied, run

NAIVE_BAYES = '''
"""Naive Bayes on the words of a review."""

import numpy as np

from rnn_compare.baselines.bags import BagClassifier, LinearModel, bags
from rnn_compare.baselines.classifier import Classifier


def fit(reviews, places, vocabulary_size):
    held, labels = bags(reviews, places, vocabulary_size, longest=1), reviews.labels[places]
    positive, negative = (
        1 + np.bincount(held.terms[labels[held.reviews] == label], minlength=vocabulary_size) for label in (1, 0)
    )
    weights = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    prior = np.log(labels.mean() / (1 - labels.mean()))
    return BagClassifier(LinearModel(np.arange(vocabulary_size), weights, prior), vocabulary_size, longest=1)


NAIVE_BAYES = Classifier("naive_bayes", "Naive Bayes", position=15, fit=fit)
'''

USE = """
from rnn_compare.cli.main import main
from rnn_compare.comparison.baselines import cached
from rnn_compare.server import known_baselines
from rnn_compare.experiment import Experiment
from rnn_compare.report import html_tables

assert main(["baselines", "--reviews", "600", "--vocabulary-size", "2000", "--json"]) == 0
baselines = cached(Experiment(reviews=600, vocabulary_size=2000))
print(known_baselines.lines(baselines))
print(known_baselines.meaning(baselines))
print(html_tables.of_baselines(baselines))
"""


def test_one_file_makes_a_baseline_that_is_fitted_listed_cached_drawn_and_reported(
    tmp_path: Path, prepared_cache: Path
) -> None:
    copy = copied(tmp_path, prepared_cache, "baselines/naive_bayes.py", NAIVE_BAYES)
    *listed, drawn, meaning, table = run(copy, "-c", USE).splitlines()
    accuracies = {line["name"]: line["val_accuracy"] for line in map(json.loads, listed)}
    assert list(accuracies) == ["majority", "naive_bayes", "words", "bigrams"]
    assert accuracies["naive_bayes"] > accuracies["majority"] + 0.2
    assert f"naive bayes\\n{100 * accuracies['naive_bayes']:.1f} %, whole text" in drawn
    assert "Word pairs" in meaning
    assert "<td>Naive Bayes</td>" in table
