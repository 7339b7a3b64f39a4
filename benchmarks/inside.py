"""What the page "Inside the cell" works out, and how long it takes, against Keras' ``predict``.

    python -m benchmarks.inside [rounds]

A network of each cell, with the book's settings, reads one review of 500 words word by word: verdicts, states and
gates of all of them are to take less than 100 ms. The reference is ``model.predict`` of the same networks on the same
review, which gives their last verdicts alone. The two take turns in one process with one thread; medians are told, of
the time on the clock and of the processor's time. What else the page works out is timed for all of them together, the
median of three: leaving each of 200 words out (the aim is 2 s), gradients of 16 reviews (as after every epoch), also of
a large network, the map of 3,000 words, and the memory test.
"""

# ruff: noqa: E402  # the threads have to be set before NumPy and TensorFlow are imported

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[_threads] = "1"  # read when NumPy and TensorFlow are imported

import statistics
import sys
import time
from collections.abc import Callable

import keras
import numpy as np

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.insight.backpropagation import gradient_norms
from rnn_compare.insight.embedding_map import word_map
from rnn_compare.insight.polarity import WordChoice
from rnn_compare.insight.word_by_word import logits_without, read
from rnn_compare.insight.word_memory import memory_test
from rnn_compare.networks import keras_models
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.reviews.vocabulary import Vocabulary

VOCABULARY = Vocabulary([f"word{rank}" for rank in range(1, 20_000)])
WORDS = WordChoice(*(tuple((f"word{rank}", 0.0) for rank in range(start, start + 10)) for start in (1, 11, 21)))

Network = tuple[Experiment, Weights, keras.Model]


def main(rounds: int = 21) -> None:
    """Prints the figures."""
    networks = [_network(Experiment(cell=cell)) for cell in CELLS]
    review = _review(500)

    def ours() -> None:
        for experiment, weights, _ in networks:
            read(experiment, weights, review)

    def reference() -> None:
        for _, _, model in networks:
            model.predict(review.ids[np.newaxis], verbose=0)

    reference()  # the first call builds its graph
    taken = [(_timed(ours), _timed(reference)) for _ in range(rounds)]
    for clock, name in enumerate(("time", "processor time")):
        mine, keras_own = (1000 * statistics.median(each[who][clock] for each in taken) for who in (0, 1))
        print(
            f"{name}: verdicts, states and gates of 500 words, {len(networks)} networks: {mine:.1f} ms (aim 100 ms); "
            f"Keras' predict, last verdicts only: {keras_own:.1f} ms; ratio {mine / keras_own:.2f}"
        )
    for name, work in _longer(networks).items():
        seconds, processor = zip(*(_timed(work) for _ in range(3)), strict=True)
        print(f"{name}: {statistics.median(seconds):.2f} s, processor {statistics.median(processor):.2f} s")


def _longer(networks: list[Network]) -> dict[str, Callable[[], None]]:
    review = _review(200)
    ids = np.random.default_rng(1).integers(4, 10_000, (16, 500))
    large, large_weights, _ = _network(Experiment(cell="LSTM", units=256, maxlen=1000))

    def each(work: Callable[[Experiment, Weights], object]) -> Callable[[], None]:
        def for_all() -> None:
            for experiment, weights, _ in networks:
                work(experiment, weights)

        return for_all

    def large_one() -> None:
        gradient_norms(large, large_weights, np.tile(ids, 2), np.arange(16) % 2)

    return {
        "200 words left out, one at a time (aim 2 s)": each(lambda e, w: logits_without(e, w, review.ids, 200)),
        "gradients over 500 timesteps, 16 reviews, as after every epoch": each(
            lambda e, w: gradient_norms(e, w, ids, np.arange(16) % 2)
        ),
        "gradients over 1,000 timesteps, LSTM(256) alone, 16 reviews": large_one,
        "map of 3,000 words with their own verdicts": each(lambda e, w: word_map(e, w, VOCABULARY)),
        "memory test, 14 distances of 200 pairs": each(lambda e, w: memory_test(e, w, VOCABULARY, WORDS)),
    }


def _network(experiment: Experiment) -> Network:
    model = keras_models.build(experiment)
    return experiment, keras_models.get_weights(model), model


def _review(words: int) -> EncodedReview:
    ranks = np.random.default_rng(0).integers(1, 9000, words)
    return read_text(" ".join(f"word{rank}" for rank in ranks), VOCABULARY, 10_000, 500)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
