"""Attention weights of one review: how much of its attention each word gives to every place."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, feedforward_pass
from rnn_compare.explain.word_by_word import words_read
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import EncodedReview


@dataclass(frozen=True)
class AttentionWeights:
    """The attention weights of a review's words, the mean over the heads.

    Attributes:
        words: The words that were read; they stand at the last places.
        padding: How many places, the first ones, are padding that is not masked.
        equal: An equal share: one over the number of places that are not masked.
        matrix: A row for each word that attends, a column for each place (words, maxlen); a row's sum is 1.
    """

    words: tuple[str, ...]
    padding: int
    equal: float
    matrix: Array


def attention_weights(experiment: Experiment, weights: Weights, review: EncodedReview) -> AttentionWeights:
    """Computes them for a network that ``has_attention``."""
    network = experiment.without_recurrence
    assert network is not None
    _, signals = feedforward_pass(network, experiment, weights, review.ids[np.newaxis])
    words = tuple(token.word for token in words_read(review))
    places, masked = len(review.ids), review.padding if experiment.mask_padding else 0
    matrix = signals["attention"][0].mean(axis=0)[places - len(words) :]
    return AttentionWeights(words, review.padding - masked, 1 / (places - masked), matrix)
