"""How much the verdict on a review owes to each of its words."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.cells.cell import sigmoid
from rnn_compare.experiment import Experiment
from rnn_compare.insight.prediction import Array, Ids, Tell, predict_logits
from rnn_compare.insight.word_by_word import words_read
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.reviews.vocabulary import UNKNOWN


@dataclass(frozen=True)
class LeaveOneOut:
    """What one network makes of one review, and of that review without each of its words.

    Attributes:
        words: The words that were read, in their order.
        logits: The log-odds of "positive" for the whole review, and for it with each of its words in turn
            replaced by "unknown" (1 + words,).
    """

    words: tuple[Token, ...]
    logits: Array

    @property
    def verdict(self) -> float:
        """The probability that the review is positive."""
        return float(sigmoid(self.logits[0]))

    @property
    def without(self) -> Array:
        """The same where one word is replaced by "unknown" (words,)."""
        return sigmoid(self.logits[1:])

    @property
    def influence(self) -> Array:
        """How far each word moves the probability (words,): towards positive where above 0."""
        return np.float32(self.verdict) - self.without

    @property
    def logit_influence(self) -> Array:
        """The same in log-odds (words,), which tells words apart also where the verdict is all but certain."""
        influence: Array = self.logits[0] - self.logits[1:]
        return influence


def leave_one_out(
    experiment: Experiment, weights: Weights, review: EncodedReview, tell: Tell | None = None
) -> LeaveOneOut:
    """Replaces each word by "unknown", one at a time, and asks for the verdict again.

    A word is not taken away but replaced, so that all other words keep their places. One that is unknown
    already makes no difference and is not asked about.

    Args:
        experiment: What the network is.
        weights: Its weights.
        review: What it is given.
        tell: Told how many of the reviews are read.
    """
    words = words_read(review)
    return LeaveOneOut(words, logits_without(experiment, weights, review.ids, len(words), tell))


def logits_without(experiment: Experiment, weights: Weights, ids: Ids, words: int, tell: Tell | None = None) -> Array:
    """Returns the ``logits`` of a ``LeaveOneOut`` (1 + words,).

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.
        tell: Told how many of the reviews are read.
    """
    first = len(ids) - words
    known = np.flatnonzero(ids[first:] != UNKNOWN)
    rows = np.tile(ids, (1 + len(known), 1))
    rows[1 + np.arange(len(known)), first + known] = UNKNOWN
    whole, *changed = predict_logits(experiment, weights, rows, tell)
    logits = np.full(1 + words, whole, np.float32)
    logits[1 + known] = changed
    return logits
