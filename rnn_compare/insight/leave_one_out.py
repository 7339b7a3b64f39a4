"""How much the verdict on a review owes to each of its words."""

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.insight.prediction import Array, Ids, Tell, predict_logits
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.vocabulary import UNKNOWN


def logits_without(experiment: Experiment, weights: Weights, ids: Ids, words: int, tell: Tell | None = None) -> Array:
    """Replaces each word by "unknown", one at a time, and asks for the verdict again.

    A word is not taken away but replaced, so that all other words keep their places. One that is unknown
    already makes no difference and is not asked about.

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.
        tell: Told how many of the reviews are read.

    Returns:
        The log-odds of "positive" for the whole review, and for it with each word in turn unknown (1 + words,).
    """
    first = len(ids) - words
    known = np.flatnonzero(ids[first:] != UNKNOWN)
    rows = np.tile(ids, (1 + len(known), 1))
    rows[1 + np.arange(len(known)), first + known] = UNKNOWN
    whole, *changed = predict_logits(experiment, weights, rows, tell)
    logits = np.full(1 + words, whole, np.float32)
    logits[1 + known] = changed
    return logits
