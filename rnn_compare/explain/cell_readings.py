"""The cells of a network at each word of one review: inputs, states, gates, and which units matter."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, Ids, recurrent_weights
from rnn_compare.networks.recurrent_layer import Trace
from rnn_compare.networks.weights import Weights

Number = TypeVar("Number", np.float32, np.float64)

SATURATED = 0.95
"""A tanh beyond this, on either side, is called saturated: less than a tenth of a gradient passes through it."""


@dataclass(frozen=True)
class CellReading:
    """One direction of one recurrent layer, word by word in the order of the text.

    Attributes:
        layer: Which layer, 0 for the lowest.
        backward: Whether the text was read from its end.
        inputs: What the cell was given (words, features): the embedding, or the states of the layer below.
        states: The hidden state h_t after each word (words, units).
        previous: The states that each word met, by their names, each (words, units): those after the word before,
            or, where the text is read backward, after the word behind it.
        signals: All signals of the cell but the hidden state, by their names, each (words, units).
        importance: How much each unit weighs in the verdict (units,), never negative. In the last layer it is
            |weight in the Dense layer × last state|: how far the unit moves what goes into the sigmoid. In a
            layer below it is the unit's mean size |h_t| over the words × the length of its row in the kernels
            above, which is how strongly the next layer listens to it.
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

    @property
    def saturation(self) -> Array:
        """The share of units whose state is beyond ``SATURATED``, after each word (words,).

        In a SimpleRNN, whose state is a tanh, these units hardly learn. ``slope`` tells finer differences.
        """
        share: Array = np.mean(np.abs(self.states) > SATURATED, axis=-1, dtype=np.float32)
        return share

    @property
    def slope(self) -> Array:
        """The mean slope of tanh at the states, 1 - h², after each word (words,): 1 is straight, 0 saturated."""
        mean: Array = np.mean(1 - self.states**2, axis=-1)
        return mean


def cell_readings(
    experiment: Experiment, weights: Weights, ids: Ids, layers: tuple[tuple[Trace, ...], ...], first: int
) -> tuple[CellReading, ...]:
    """Takes what concerns the words out of the traces of a forward pass over one review.

    The lowest layer and the forward direction come first.

    Args:
        ids: The row of word ids (timesteps,).
        layers: The traces of a forward pass over that row, with signals.
        first: Position of the first word.
    """
    readings = []
    inputs = weights["embedding/embeddings"][ids[first:]]
    for layer, traces in enumerate(layers):
        weighed = importance(experiment, weights, layers, layer, first)
        for trace, unit_weights in zip(traces, np.split(weighed, len(traces)), strict=True):
            signals = {name: signal[0, first:] for name, signal in trace.signals.items()}
            carried = {name: trace.signals.get(name, trace.states) for name in cell(experiment.cell).states}
            readings.append(
                CellReading(
                    layer=layer,
                    backward=trace.backward,
                    inputs=inputs,
                    states=trace.states[0, first:],
                    previous={name: before(state, trace.backward)[0, first:] for name, state in carried.items()},
                    signals=signals,
                    importance=unit_weights,
                )
            )
        inputs = np.concatenate([trace.states[0, first:] for trace in traces], axis=-1)
    return tuple(readings)


def importance(
    experiment: Experiment, weights: Weights, layers: tuple[tuple[Trace, ...], ...], layer: int, first: int
) -> Array:
    """Returns how much each unit of a layer weighs, by the rules that stand at ``CellReading.importance``.

    One number for each unit (units,), 2·units where bidirectional: those of the forward cell first.
    """
    traces = layers[layer]
    if layer == len(layers) - 1:
        last_state = np.concatenate([trace.last_state[0] for trace in traces])
        weighed: Array = np.abs(weights["dense/kernel"][:, 0] * last_state)
        return weighed
    size = np.concatenate([np.abs(trace.states[0, first:]).mean(axis=0) for trace in traces])
    kernels = [direction.kernel for direction in recurrent_weights(experiment, weights)[layer + 1]]
    above = np.concatenate(kernels, axis=1)
    heard: Array = np.linalg.norm(above, axis=1)
    return size * heard


def before(values: NDArray[Number], backward: bool) -> NDArray[Number]:
    """Returns what each timestep met (batch, timesteps, units): the values of the one read before it, first zeros.

    Example:
        >>> before(np.float32([[[1], [2], [3]]]), backward=False).ravel()
        array([0., 1., 2.], dtype=float32)
        >>> before(np.float32([[[1], [2], [3]]]), backward=True).ravel()
        array([2., 3., 0.], dtype=float32)
    """
    shifted = np.zeros_like(values)
    if backward:
        shifted[:, :-1] = values[:, 1:]
    else:
        shifted[:, 1:] = values[:, :-1]
    return shifted
