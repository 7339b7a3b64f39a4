"""The probability that a review is positive, from saved weights and without Keras."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.feedforward import Feedforward
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.recurrent_layer import CellWeights, Trace, by_direction, recurrent_layer
from rnn_compare.networks.weights import Weights

Ids = NDArray[np.integer]
Array = NDArray[np.float32]
Tell = Callable[[int, int], None]
"""Called with the amount done and the total. What it raises stops the work and reaches the caller."""

NUMBERS_AT_ONCE = 2**22
"""Projected inputs in memory at a time: 16 MB. More is hardly faster, and reports progress rarely."""


def predict(experiment: Experiment, weights: Weights, ids: Ids, tell: Tell | None = None) -> Array:
    """Returns the probability that each review is positive (batch,), as Keras' ``predict``.

    Args:
        ids: Word ids as in training, padded to the same length (batch, timesteps).
        tell: Called after each part of the batch.
    """
    return sigmoid(predict_logits(experiment, weights, ids, tell))


def predict_logits(experiment: Experiment, weights: Weights, ids: Ids, tell: Tell | None = None) -> Array:
    """Returns the log-odds, the sigmoid's input (batch,), exact even if a prediction is nearly certain."""
    width = _width(experiment)
    rows = max(1, NUMBERS_AT_ONCE // (ids.shape[1] * max(width, experiment.embedding_size)))
    logits = np.empty(len(ids), np.float32)
    for start in range(0, len(ids), rows):
        part = ids[start : start + rows]
        if experiment.without_recurrence:
            states, _ = feedforward_pass(experiment.without_recurrence, experiment, weights, part)
        else:
            states, _ = recurrent_pass(experiment, weights, part)
        logits[start : start + rows] = dense(weights, states)
        if tell is not None:
            tell(start + len(part), len(ids))
    return logits


def recurrent_pass(
    experiment: Experiment, weights: Weights, ids: Ids, *, with_signals: bool = False
) -> tuple[Array, tuple[tuple[Trace, ...], ...]]:
    """Runs the embedding and the recurrent layers on reviews (batch, timesteps).

    Returns:
        The last state of the last layer (batch, features), the input of Dense; and for each recurrent layer a trace of
        each direction, with gates and inner values if ``with_signals``.
    """
    mask = read_mask(experiment, ids)
    values = weights["embedding/embeddings"][ids]
    layers = recurrent_weights(experiment, weights)
    traces = []
    for directions in layers:
        values, layer_traces = recurrent_layer(
            experiment.cell,
            values,
            directions,
            mask,
            return_sequences=directions is not layers[-1],
            with_signals=with_signals,
        )
        traces.append(layer_traces)
    return values, tuple(traces)


def feedforward_pass(
    network: Feedforward, experiment: Experiment, weights: Weights, ids: Ids
) -> tuple[Array, dict[str, Array]]:
    """Returns the input of Dense (batch, features) and the signals of a network without recurrence."""
    return network.forward(weights, weights["embedding/embeddings"][ids], read_mask(experiment, ids))


def read_mask(experiment: Experiment, ids: Ids) -> NDArray[np.bool_] | None:
    """Returns where reviews are read (batch, timesteps); None if padding is not skipped."""
    return ids != 0 if experiment.skips_padding else None


def _width(experiment: Experiment) -> int:
    """Returns the largest number of values that a forward pass computes for each word."""
    if experiment.without_recurrence:  # attention: a weight for each other word
        return max(experiment.maxlen, experiment.units)
    return cell(experiment.cell).blocks * experiment.units


def dense(weights: Weights, states: Array) -> Array:
    """Returns the input of Dense's sigmoid (...), for states (..., features) of the last layer."""
    logits: Array = (np.dot(states, weights["dense/kernel"]) + weights["dense/bias"])[..., 0]
    return logits


def recurrent_weights(experiment: Experiment, weights: Weights) -> list[tuple[CellWeights, ...]]:
    """Returns the weights of each recurrent layer, the lowest first: of one cell, or forward and backward."""
    return [
        by_direction(experiment.cell, [weights[tensor.path] for tensor in layer.tensors])
        for layer in parameters(experiment).recurrent_layers
    ]
