"""Analyses that take longer than a page may wait, for workers, which read the weights of a run.

All take a run's id, which of its weights to use, their ``fingerprint`` (so that a result is used again only while they
are the same), the experiment, and a callback for progress. They raise ``UserError`` if weights or reviews cannot be
read.
"""

import zlib

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.explain.accuracy_by_length import AccuracyByLength, accuracy_by_length
from rnn_compare.explain.embedding_map import WordMap, word_map
from rnn_compare.explain.gradient_flow import FollowedGradient, follow_gradient
from rnn_compare.explain.prediction import Array, Tell, predict_logits
from rnn_compare.explain.word_by_word import beginnings, logits_without
from rnn_compare.explain.word_memory import MemoryTest, choose_words, memory_test
from rnn_compare.networks import weights
from rnn_compare.paths import Which, weights_file
from rnn_compare.reviews import prepared


def fingerprint(loaded: weights.Weights) -> str:
    """Returns a key of the weights of one epoch of a run, by the Dense layer, which every step of training moves."""
    return f"{zlib.crc32(loaded['dense/kernel'].tobytes() + loaded['dense/bias'].tobytes()):08x}"


def logits_without_word(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns ``logits_without`` of a review's ids (timesteps,), of which the last ``words`` are its words."""
    return logits_without(experiment, _weights(run, which, experiment), np.array(ids, np.int32), words, tell)


def logits_after_word(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns the log-odds of "positive" of each of a review's ``beginnings`` (1 + words,)."""
    rows = beginnings(np.array(ids, np.int32), len(ids) - words)
    return predict_logits(experiment, _weights(run, which, experiment), rows, tell)


def gradients(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> FollowedGradient:
    """Returns ``follow_gradient`` of a run."""
    return follow_gradient(experiment, _weights(run, which, experiment), tell=tell)


def initial_gradients(_run: str, _which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> FollowedGradient:
    """Returns the gradient flow before training: Keras makes the initial weights from the experiment's seed."""
    from rnn_compare.networks import keras_models

    return follow_gradient(experiment, keras_models.get_weights(keras_models.build(experiment)), tell=tell)


def lengths(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> AccuracyByLength:
    """Returns ``accuracy_by_length`` of a run."""
    return accuracy_by_length(experiment, _weights(run, which, experiment), tell)


def memory(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> MemoryTest:
    """Returns ``memory_test`` of a run; raises ``UserError`` also if its vocabulary is too small."""
    reviews = prepared.load(experiment.dataset)
    words = choose_words(reviews, experiment.vocabulary_size)
    return memory_test(experiment, _weights(run, which, experiment), reviews.vocabulary, words, tell=tell)


def words(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> WordMap:
    """Returns ``word_map`` of a run."""
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return word_map(experiment, _weights(run, which, experiment), vocabulary, tell=tell)


def _weights(run: str, which: Which, experiment: Experiment) -> weights.Weights:
    return weights.load(weights_file(run, which), experiment)
