"""Analyses that take longer than a page may wait: called in a worker, which knows the weights by their run."""

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
from rnn_compare.reviews import prepared
from rnn_compare.runs.files import Which, weights_file


def fingerprint(loaded: weights.Weights) -> str:
    """Returns what tells the weights of one epoch from those of another epoch of the same run.

    Any step of training moves the Dense layer, so that the embedding, which may be large, need not be read.
    """
    return f"{zlib.crc32(loaded['dense/kernel'].tobytes() + loaded['dense/bias'].tobytes()):08x}"


def left_out(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Has one run judge a review again without each of its words: see ``leave_one_out``.

    Args:
        run: The run's id.
        which: The weights of the best or of the last epoch.
        _state: Their ``fingerprint``, so that what was found is found again only while they are the same.
        experiment: What the network is.
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.
        tell: Told how many of the reviews are read.

    Returns:
        The log-odds of "positive" for the whole review, and for it with each word in turn unknown (1 + words,).

    Raises:
        UserError: If the weights cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    return logits_without(experiment, loaded, np.array(ids, np.int32), words, tell)


def after_each_word(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Has one bidirectional run judge a review anew for each word that it may end with: see ``reading.beginnings``.

    The arguments are those of ``left_out``.

    Returns:
        The log-odds of "positive" before the first word and after each (1 + words,).

    Raises:
        UserError: If the weights cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    row = np.array(ids, np.int32)
    rows = beginnings(row, len(row) - words)
    return predict_logits(experiment, loaded, rows, tell)


def gradients(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> FollowedGradient:
    """Follows the gradient through one run's probe: see ``follow_gradient``. The arguments are those of ``left_out``.

    Raises:
        UserError: If weights or reviews cannot be read.
    """
    return follow_gradient(experiment, weights.load(weights_file(run, which), experiment), tell=tell)


def memory(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> MemoryTest:
    """Puts one run to the memory test: see ``memory_test``. The arguments are those of ``left_out``.

    Raises:
        UserError: If weights or reviews cannot be read, or the network knows too few words.
    """
    reviews = prepared.load(experiment.dataset)
    words = choose_words(reviews, experiment.vocabulary_size)
    loaded = weights.load(weights_file(run, which), experiment)
    return memory_test(experiment, loaded, reviews.vocabulary, words, tell=tell)


def words(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> WordMap:
    """Draws up one run's map of words: see ``word_map``. The arguments are those of ``left_out``.

    Raises:
        UserError: If weights or reviews cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    return word_map(experiment, loaded, prepared.load(experiment.dataset).vocabulary, tell=tell)
