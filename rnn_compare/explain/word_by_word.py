"""A review read word by word: the prediction after every word, the cells, attention weights and windows."""

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.registry import cell
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import (
    Array,
    Ids,
    Tell,
    dense,
    feedforward_pass,
    predict_logits,
    recurrent_pass,
    recurrent_weights,
)
from rnn_compare.networks.recurrent_layer import Trace
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.reviews.vocabulary import PADDING, UNKNOWN

Number = TypeVar("Number", np.float32, np.float64)


@dataclass(frozen=True)
class CellReading:
    """One direction of one recurrent layer, word by word in the order of the text.

    Attributes:
        layer: The number of the layer, 0 for the lowest.
        backward: Whether the text was read from its end.
        inputs: The cell's inputs (words, features): the embedding, or the states of the layer below.
        states: The hidden state h_t after each word (words, units).
        previous: The states before each word was read, by their names, each (words, units).
        signals: All signals of the cell but the hidden state, by their names, each (words, units).
        importance: The importance of each unit for the prediction (units,), never negative. In the last layer it is
            |weight in the Dense layer × last state|: how far the unit moves the sigmoid's input. In a layer below it is
            the mean |h_t| over the words × the norm of the unit's row in the kernels above.
    """

    layer: int
    backward: bool
    inputs: Array
    states: Array
    previous: dict[str, Array]
    signals: dict[str, Array]
    importance: Array

    @property
    def order(self) -> NDArray[np.intp]:
        """The units (units,), the most important first."""
        return np.argsort(-self.importance, kind="stable")


def cell_readings(
    experiment: Experiment, weights: Weights, ids: Ids, layers: tuple[tuple[Trace, ...], ...], first: int
) -> tuple[CellReading, ...]:
    """Returns the readings of the words in a forward pass over one review, the lowest layer and forward first.

    Args:
        ids: The row of word ids (timesteps,).
        layers: The traces of the forward pass, with signals.
        first: Position of the first word.
    """
    readings = []
    inputs = weights["embedding/embeddings"][ids[first:]]
    for layer, traces in enumerate(layers):
        by_direction = np.split(importance(experiment, weights, layers, layer, first), len(traces))
        for trace, of_units in zip(traces, by_direction, strict=True):
            carried = {name: trace.signals.get(name, trace.states) for name in cell(experiment.cell).states}
            readings.append(
                CellReading(
                    layer=layer,
                    backward=trace.backward,
                    inputs=inputs,
                    states=trace.states[0, first:],
                    previous={
                        name: previous_values(state, trace.backward)[0, first:] for name, state in carried.items()
                    },
                    signals={name: signal[0, first:] for name, signal in trace.signals.items()},
                    importance=of_units,
                )
            )
        inputs = np.concatenate([trace.states[0, first:] for trace in traces], axis=-1)
    return tuple(readings)


def importance(
    experiment: Experiment, weights: Weights, layers: tuple[tuple[Trace, ...], ...], layer: int, first: int
) -> Array:
    """Returns ``CellReading.importance`` of a layer's units (units,), 2·units where bidirectional, forward first."""
    traces = layers[layer]
    if layer == len(layers) - 1:
        last_state = np.concatenate([trace.last_state[0] for trace in traces])
        dense: Array = np.abs(weights["dense/kernel"][:, 0] * last_state)
        return dense
    size = np.concatenate([np.abs(trace.states[0, first:]).mean(axis=0) for trace in traces])
    kernels = [direction.kernel for direction in recurrent_weights(experiment, weights)[layer + 1]]
    norms: Array = np.linalg.norm(np.concatenate(kernels, axis=1), axis=1)
    return size * norms


def previous_values(values: NDArray[Number], backward: bool) -> NDArray[Number]:
    """Returns for each timestep the values at the one read before it, at first zeros (batch, timesteps, units).

    Example:
        >>> previous_values(np.float32([[[1], [2], [3]]]), backward=False).ravel()
        array([0., 1., 2.], dtype=float32)
        >>> previous_values(np.float32([[[1], [2], [3]]]), backward=True).ravel()
        array([2., 3., 0.], dtype=float32)
    """
    shifted = np.zeros_like(values)
    if backward:
        shifted[:, :-1] = values[:, 1:]
    else:
        shifted[:, 1:] = values[:, :-1]
    return shifted


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
    words, places = [token.shown for token in words_read(review)], len(review.ids)
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
    words = ["·"] * review.padding + [token.shown for token in review.tokens if token.state != "cut off"]
    places = network.windows(weights, weights["embedding/embeddings"][ids])
    outputs = feedforward_pass(network, experiment, weights, ids)[0][0]
    logits: dict[tuple[str, ...], list[float]] = {}  # of the outputs to which the same words add most
    for place, output, weight in zip(places, outputs, weights["dense/kernel"][:, 0], strict=True):
        if output > 0:
            logits.setdefault(tuple(words[place.start : place.stop]), []).append(float(output * weight))
    merged = [Window(window, len(values), sum(values)) for window, values in logits.items()]
    return sorted(merged, key=lambda window: -window.outputs)
