"""Accuracy by the length of a text, also beyond the lengths that a network was trained on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Tell, predict_logits
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text
from rnn_compare.sources.registry import source

TEXTS = 500
"""Texts of each length: guessing gives 50 ± 4.4 % (95 %)."""
BEYOND = (1.5, 2, 4, 8)
"""Multiples of the longest length in training."""
MOST_LENGTHS = 30
"""More lengths up to the longest in training are thinned out."""
GROUPS = 10
"""Groups of about equally many reviews that are not made to a length."""


@dataclass(frozen=True)
class LengthAccuracy:
    """The accuracy on texts of one length.

    Attributes:
        words: Their number of words or, in a task with a deciding word, of words behind it; in reviews, the median.
        accuracy: The share of them that were classified correctly, from 0 to 1.
        repeated: How many of them are among the training texts, too.
    """

    words: int
    accuracy: float
    texts: int
    repeated: int


@dataclass(frozen=True)
class AccuracyByLength:
    """The accuracy at each length, the shortest first, and the longest length in training (``maxlen`` for reviews)."""

    points: tuple[LengthAccuracy, ...]
    trained_up_to: int


def accuracy_by_length(experiment: Experiment, weights: Weights, tell: Tell | None = None) -> AccuracyByLength:
    """Judges a network at lengths up to those in training and, in a task, at up to eight times the longest.

    A task's texts are made anew, with both labels equally often; reviews are those held out, as they are. Raises
    ``UserError`` if they cannot be read, or if the network reads texts of ``maxlen`` words only.
    """
    made = source(experiment.dataset).at_length
    if made is None:
        return _of_reviews(experiment, weights, tell)
    longest, trained = experiment.distance, _training_texts(experiment)
    lengths = lengths_up_to(longest)
    vocabulary = prepared.load(experiment.dataset).vocabulary
    points = []
    for done, length in enumerate(lengths, 1):
        content = made(length, TEXTS)
        longest_text = 1 + max(len(text.split()) for text in content.texts)  # with the start
        # Beyond maxlen a text keeps one padding id in front, as all but the longest have in training.
        maxlen = experiment.maxlen if longest_text <= experiment.maxlen else longest_text + 1
        at_length = experiment.model_copy(update={"maxlen": maxlen})
        if _shapes(at_length) != _shapes(experiment):
            break  # learned positions end at maxlen
        rows = [read_text(text, vocabulary, experiment.vocabulary_size, at_length.maxlen).ids for text in content.texts]
        correct = (predict_logits(at_length, weights, np.array(rows)) > 0) == np.array(content.labels, np.bool_)
        repeated = sum(text in trained for text in content.texts)
        points.append(LengthAccuracy(length, float(correct.mean()), TEXTS, repeated))
        if tell:
            tell(done, len(lengths))
    return AccuracyByLength(tuple(points), longest)


def lengths_up_to(longest: int) -> list[int]:
    """Returns the lengths to judge at.

    Example:
        >>> lengths_up_to(4), len(lengths_up_to(200))
        ([1, 2, 3, 4, 6, 8, 16, 32], 34)
    """
    trained = np.linspace(1, longest, min(longest, MOST_LENGTHS)).round().astype(int)
    return sorted({*trained.tolist(), *(int(longest * times) for times in BEYOND)})


def _of_reviews(experiment: Experiment, weights: Weights, tell: Tell | None) -> AccuracyByLength:
    """Returns the accuracy on held-out reviews, in groups of about equally many from the shortest to the longest."""
    reviews = prepared.load(experiment.dataset)
    places, split = reviews.places(experiment), reviews.padded(experiment)
    words = np.diff(reviews.training.offsets)[places.validation]
    correct = (predict_logits(experiment, weights, split.x_val, tell) > 0) == (split.y_val == 1)
    trained = _training_texts(experiment)
    repeated = np.array([reviews.text(place) in trained for place in places.validation])
    return AccuracyByLength(by_group(words, correct, repeated), experiment.maxlen)


def by_group(
    words: NDArray[np.integer], correct: NDArray[np.bool_], repeated: NDArray[np.bool_]
) -> tuple[LengthAccuracy, ...]:
    """Returns the accuracy in each group of about equally many texts; ``memory_chart.js`` does the same.

    All arguments are (texts,).
    """
    groups = np.array_split(np.argsort(words, kind="stable"), min(GROUPS, len(words)))
    return tuple(
        LengthAccuracy(int(np.median(words[rows])), float(correct[rows].mean()), len(rows), int(repeated[rows].sum()))
        for rows in groups
    )


def _shapes(experiment: Experiment) -> list[tuple[int, ...]]:
    return [tensor.shape for tensor in parameters(experiment).tensors]


def _training_texts(experiment: Experiment) -> set[str]:
    reviews = prepared.load(experiment.dataset)
    return {reviews.text(place) for place in reviews.places(experiment).training}
