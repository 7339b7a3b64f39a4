"""A review read word by word: the prediction after every word, the cells, attention weights and windows."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.cell_readings import CellReading, cell_readings
from rnn_compare.explain.prediction import Array, Ids, Tell, dense, feedforward_pass, predict_logits, recurrent_pass
from rnn_compare.networks.recurrent_layer import Trace
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.reviews.vocabulary import PADDING, UNKNOWN


@dataclass(frozen=True)
class Reading:
    """One network's reading of one review.

    Attributes:
        words: The words that were read, in their order.
        logits: The log-odds of "positive" before the first word and after each word (words + 1,). The first is that
            after the padding and the start token, or that of a state of zeros if there are none. If the network does
            not read forward, each is that of a review which ends with that word.
        cells: The readings of the cells, the lowest layer and the forward direction first; empty without recurrence.
    """

    words: tuple[Token, ...]
    logits: Array
    cells: tuple[CellReading, ...]


def words_read(review: EncodedReview) -> tuple[Token, ...]:
    """Returns the words at the end of a review's row of ids: without the start token and what was cut off."""
    return tuple(token for token in review.tokens[1:] if token.state != "cut off")


def read(
    experiment: Experiment, weights: Weights, review: EncodedReview, beginnings_logits: Array | None = None
) -> Reading:
    """Returns a network's reading of a review.

    Args:
        beginnings_logits: ``predict_logits`` of the review's ``beginnings``, for a network that does not read forward;
            without them it reads the review once for each word.
    """
    words = words_read(review)
    first = len(review.ids) - len(words)
    logits = beginnings_logits
    if logits is None and not experiment.reads_forward:
        logits = predict_logits(experiment, weights, beginnings(review.ids, first))
    if logits is not None and experiment.without_recurrence:
        return Reading(words, logits, ())
    _, layers = recurrent_pass(experiment, weights, review.ids[np.newaxis], with_signals=True)
    if logits is None:
        logits = dense(weights, _last_layer_states(layers, first))
    return Reading(words, logits, cell_readings(experiment, weights, review.ids, layers, first))


def beginnings(ids: NDArray[np.int32], first: int) -> NDArray[np.int32]:
    """Returns the beginnings of a review, each padded as a review of its own, as ids (words + 1, timesteps).

    The first ends before the first word, the last is the review itself.

    Args:
        ids: The row of word ids (timesteps,).
        first: Position of the first word.

    Example:
        >>> beginnings(np.array([0, 1, 7, 8], np.int32), first=2)
        array([[0, 0, 0, 1],
               [0, 0, 1, 7],
               [0, 1, 7, 8]], dtype=int32)
    """
    timesteps = len(ids)
    padded = np.concatenate([np.full(timesteps, PADDING, np.int32), ids])
    ends = np.arange(first, timesteps + 1)
    rows: NDArray[np.int32] = padded[ends[:, np.newaxis] + np.arange(timesteps)]
    return rows


def _last_layer_states(layers: tuple[tuple[Trace, ...], ...], first: int) -> Array:
    """Returns the states of the last layer before the first word and after each word (words + 1, units)."""
    (trace,) = layers[-1]
    states = trace.states[0]
    unread = states[first - 1 : first] if first else np.zeros_like(states[:1])
    return np.concatenate([unread, states[first:]])


def logits_without(experiment: Experiment, weights: Weights, ids: Ids, words: int, tell: Tell | None = None) -> Array:
    """Computes the prediction with each word in turn replaced by "unknown", so that all others keep their places.

    Args:
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.

    Returns:
        The log-odds of "positive" of the whole review, and with each word unknown (1 + words,).
    """
    first = len(ids) - words
    places = np.flatnonzero(ids[first:] != UNKNOWN)  # unknown words make no difference
    rows = np.tile(ids, (1 + len(places), 1))
    rows[1 + np.arange(len(places)), first + places] = UNKNOWN
    whole, *changed = predict_logits(experiment, weights, rows, tell)
    logits = np.full(1 + words, whole, np.float32)
    logits[1 + places] = changed
    return logits


class AttentionWeights(NamedTuple):
    """The attention weights of a review's words, the mean over the heads.

    Attributes:
        words: The words that were read, at the last places.
        padding: The number of places with padding that is not masked, in front.
        equal: One over the number of places that are not masked.
        matrix: A row for each word, a column for each place (words, maxlen); rows sum to 1.
    """

    words: list[str]
    padding: int
    equal: float
    matrix: Array


def attention_weights(experiment: Experiment, weights: Weights, review: EncodedReview) -> AttentionWeights:
    """Computes the attention weights; raises a ``UserError`` for a network that has none."""
    network, ids = experiment.without_recurrence, review.ids[np.newaxis]
    signals = feedforward_pass(network, experiment, weights, ids)[1] if network else {}
    if "attention" not in signals:
        raise UserError("No attention: words are not compared with each other.")
    words, places = [token.word for token in words_read(review)], len(review.ids)
    masked = review.padding if experiment.mask_padding else 0
    matrix = signals["attention"][0].mean(axis=0)[places - len(words) :]
    return AttentionWeights(words, review.padding - masked, 1 / (places - masked), matrix)


class Window(NamedTuple):
    """Words read together, the number of outputs to which they add most, and the log-odds that these outputs add."""

    words: tuple[str, ...]
    outputs: int
    logit: float


def windows(experiment: Experiment, weights: Weights, review: EncodedReview) -> list[Window]:
    """Returns the windows of words that pooling keeps, those of most outputs first; · stands for padding."""
    network, ids = experiment.without_recurrence, review.ids[np.newaxis]
    if network is None or network.windows is None:
        return []
    words = ["·"] * review.padding + [token.word for token in review.tokens if token.state != "cut off"]
    places = network.windows(weights, weights["embedding/embeddings"][ids])
    outputs = feedforward_pass(network, experiment, weights, ids)[0][0]
    logits: dict[tuple[str, ...], list[float]] = {}  # of the outputs to which the same words add most
    for place, output, weight in zip(places, outputs, weights["dense/kernel"][:, 0], strict=True):
        if output > 0:
            logits.setdefault(tuple(words[place.start : place.stop]), []).append(float(output * weight))
    merged = [Window(window, len(values), sum(values)) for window, values in logits.items()]
    return sorted(merged, key=lambda window: -window.outputs)
