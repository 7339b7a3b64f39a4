"""The bag of bigrams against a plain script of scikit-learn: accuracy and seconds.

    python -m benchmarks.baselines [reviews] [rounds]

Both get the same training and validation reviews with the same 10,000 words: the baseline as the arrays of the cache,
the script as texts of at most 999 words, which it splits at spaces, counts with ``CountVectorizer`` and gives to
``LogisticRegression`` with its usual settings, as a textbook would. Neither reading the reviews nor imports are timed.
The two take turns in one process with one thread; medians are told. The aim is 89.5 % in 10 s.
"""

# ruff: noqa: E402  # the threads have to be set before NumPy is imported

import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"  # read when NumPy is imported

import statistics
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.machine import machine
from rnn_compare.baselines.bags import LEAST_REVIEWS
from rnn_compare.comparison.baselines import baselines
from rnn_compare.experiment import Experiment, experiment_from
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared


def main(reviews: int = Experiment().reviews, rounds: int = 3) -> None:
    """Prints the figures."""
    experiment = experiment_from({"reviews": reviews})
    script = _script(experiment)
    ours, scripts = zip(*((_baseline(experiment), script()) for _ in range(rounds)), strict=True)
    print(f"{reviews:,} reviews, of which {experiment.training_reviews:,} train; {machine()}")
    for name, found in (("words", [each[0] for each in ours]), ("bigrams", [each[1] for each in ours])):
        print(_told(name, found))
    print(_told("plain script, bigrams", scripts))
    print(f"the script takes {_seconds(scripts) / _seconds([each[1] for each in ours]):.1f} times as long")


Found = tuple[float, float]
"""Accuracy and seconds."""


def _baseline(experiment: Experiment) -> tuple[Found, Found]:
    """Works the baselines out with nothing kept from before."""
    source = prepared.load(experiment.source).folder
    with tempfile.TemporaryDirectory() as empty:
        usual = os.environ.get(CACHE_VARIABLE)
        os.environ[CACHE_VARIABLE] = empty
        prepared.use(experiment.source, source)
        try:
            _, words, bigrams = baselines(experiment)
        finally:
            os.environ.pop(CACHE_VARIABLE)
            if usual is not None:
                os.environ[CACHE_VARIABLE] = usual
    return (words.val_accuracy, words.seconds), (bigrams.val_accuracy, bigrams.seconds)


def _script(experiment: Experiment) -> Callable[[], Found]:
    split = prepared.load(experiment.source).padded(experiment.model_copy(update={"maxlen": 1000}))
    train, val = ([" ".join(map(str, row[row > 1])) for row in x] for x in (split.x_train, split.x_val))

    def run() -> Found:
        start = time.perf_counter()
        vectorizer = CountVectorizer(
            token_pattern=r"\S+", ngram_range=(1, 2), binary=True, min_df=LEAST_REVIEWS, dtype=np.float32
        )
        model = LogisticRegression(max_iter=1000).fit(vectorizer.fit_transform(train), split.y_train)
        accuracy = float(model.score(vectorizer.transform(val), split.y_val))
        return accuracy, time.perf_counter() - start

    return run


def _told(name: str, found: list[Found] | tuple[Found, ...]) -> str:
    return f"{name}: {found[0][0]:.1%} of the validation reviews, {_seconds(found):.2f} s"


def _seconds(found: list[Found] | tuple[Found, ...]) -> float:
    return statistics.median(seconds for _, seconds in found)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
