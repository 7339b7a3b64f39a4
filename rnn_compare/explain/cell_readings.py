"""The cells of a network at each word of one review: inputs, states, gates, and the importance of units."""

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

    @property
    def slope(self) -> Array:
        """The mean slope of tanh at the states, 1 - h², after each word (words,): 1 is straight, 0 saturated."""
        mean: Array = np.mean(1 - self.states**2, axis=-1)
        return mean


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
