"""A review read word by word: the verdict after every word, and the states and gates of the cells."""

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

    Only the words that were read are shown. Padding and the start token are no words: what they did lies in the
    first of the ``logits``.

    Attributes:
        words: The words that were read, in their order; those cut off are not among them.
        logits: The log-odds of "positive" before the first word and after each word (words + 1,). The first is
            that after the padding and the start token, or, where there was nothing before it, that of a state of
            zeros. Where the network reads in both directions, or all words at once, each is that of a review which
            ends with that word: what is made of a word depends on all words behind it.
        cells: What each direction of each recurrent layer did, the lowest layer and the forward direction first; none
            of a network without recurrence.
    """

    words: tuple[Token, ...]
    logits: Array
    cells: tuple[CellReading, ...]


def words_read(review: EncodedReview) -> tuple[Token, ...]:
    """Returns the words of a review that the network reads: without the start token and what was cut off.

    They stand at the last positions of its row of ids.
    """
    return tuple(token for token in review.tokens[1:] if token.state != "cut off")


def read(
    experiment: Experiment, weights: Weights, review: EncodedReview, beginnings_logits: Array | None = None
) -> Reading:
    """Lets a network read a review word by word.

    Only a network that does not read forward needs what ``predict_logits`` says of the review's ``beginnings``; unless
    it is given, that takes as long as reading the review once for each word.
    """
    words = words_read(review)
    first = len(review.ids) - len(words)
    if beginnings_logits is None and not experiment.reads_forward:
        beginnings_logits = predict_logits(experiment, weights, beginnings(review.ids, first))
    if experiment.without_recurrence and beginnings_logits is not None:  # known by now, since it does not read forward
        return Reading(words, beginnings_logits, ())
    _, layers = recurrent_pass(experiment, weights, review.ids[np.newaxis], with_signals=True)
    logits = dense(weights, _last_layer_states(layers, first)) if beginnings_logits is None else beginnings_logits
    return Reading(words, logits, cell_readings(experiment, weights, review.ids, layers, first))


def beginnings(ids: NDArray[np.int32], first: int) -> NDArray[np.int32]:
    """Returns the reviews that end before the first word, after it, and so on, as ids (words + 1, timesteps).

    Each is padded at the front, as a review of its own; the last is the review itself.

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
    """Replaces each word by "unknown", one at a time, and asks for the verdict again.

    A word is not taken away but replaced, so that all other words keep their places. One that is unknown
    already makes no difference and is not asked about.

    Args:
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.

    Returns:
        The log-odds of "positive" for the whole review, and for it with each word in turn unknown (1 + words,).
    """
    first = len(ids) - words
    places = np.flatnonzero(ids[first:] != UNKNOWN)
    rows = np.tile(ids, (1 + len(places), 1))
    rows[1 + np.arange(len(places)), first + places] = UNKNOWN
    whole, *changed = predict_logits(experiment, weights, rows, tell)
    logits = np.full(1 + words, whole, np.float32)
    logits[1 + places] = changed
    return logits


class AttentionWeights(NamedTuple):
    """The attention weights of a review's words, the mean over the heads.

    Attributes:
        words: The words that were read; they stand at the last places.
        padding: How many places, the first ones, are padding that is not masked.
        equal: An equal share: one over the number of places that are not masked.
        matrix: A row for each word that attends, a column for each place (words, maxlen); a row's sum is 1.
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
    """Words read together, to how many outputs their match adds most, and what these add to the verdict's log-odds."""

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
