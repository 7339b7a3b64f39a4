"""Analyses that run in a worker, since they take longer than a page can wait.

All of them take a run's id, which of its weights are meant, their ``fingerprint`` (so that a result is used again only
while they are the same), the experiment, and what to report progress to. They raise ``UserError`` if weights or reviews
cannot be read.
"""

import zlib

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.explain.embedding_map import WordMap, word_map
from rnn_compare.explain.gradient_flow import FollowedGradient, follow_gradient
from rnn_compare.explain.polarity import choose_words
from rnn_compare.explain.prediction import Array, Tell, predict_logits
from rnn_compare.explain.word_by_word import beginnings, logits_without
from rnn_compare.explain.word_memory import MemoryTest, memory_test
from rnn_compare.networks import weights
from rnn_compare.paths import Which, weights_file
from rnn_compare.reviews import prepared


def fingerprint(loaded: weights.Weights) -> str:
    """Returns what tells the weights of one epoch from those of another epoch of the same run.

    Any step of training moves the Dense layer, so that the embedding, which may be large, need not be read.
    """
    return f"{zlib.crc32(loaded['dense/kernel'].tobytes() + loaded['dense/bias'].tobytes()):08x}"


def left_out(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns ``logits_without`` of a review's row of ids (timesteps,), which ends with so many words."""
    return logits_without(experiment, _weights(run, which, experiment), np.array(ids, np.int32), words, tell)


def after_each_word(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns the log-odds of "positive" for each of a review's ``beginnings`` (1 + words,); ids as in ``left_out``."""
    rows = beginnings(np.array(ids, np.int32), len(ids) - words)
    return predict_logits(experiment, _weights(run, which, experiment), rows, tell)


def gradients(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> FollowedGradient:
    """Follows the gradient of a run: see ``follow_gradient``."""
    return follow_gradient(experiment, _weights(run, which, experiment), tell=tell)


def memory(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> MemoryTest:
    """Puts a run to the memory test: see ``memory_test``; raises ``UserError`` also for too few known words."""
    reviews = prepared.load(experiment.dataset)
    words = choose_words(reviews, experiment.vocabulary_size)
    return memory_test(experiment, _weights(run, which, experiment), reviews.vocabulary, words, tell=tell)


def words(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> WordMap:
    """Returns the map of a run's words: see ``word_map``."""
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return word_map(experiment, _weights(run, which, experiment), vocabulary, tell=tell)


def _weights(run: str, which: Which, experiment: Experiment) -> weights.Weights:
    return weights.load(weights_file(run, which), experiment)
