"""The probability that a review is positive, from saved weights and without Keras."""

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.networks.equations import CellWeights, Trace, recurrent_layer, sigmoid
from rnn_compare.networks.parameters import GATES, parameters
from rnn_compare.networks.weights import Weights

Ids = NDArray[np.integer]
Array = NDArray[np.float32]

NUMBERS_AT_ONCE = 2**24
"""How many projected inputs are held in memory at a time: 64 MB."""


def predict(experiment: Experiment, weights: Weights, ids: Ids) -> Array:
    """Returns what the network makes of reviews, as Keras' ``predict``.

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: Word ids as it was trained on, padded to the same length (batch, timesteps).

    Returns:
        The probability that each review is positive (batch,).
    """
    blocks = max(1, len(GATES[experiment.cell])) * experiment.units
    rows = max(1, NUMBERS_AT_ONCE // (ids.shape[1] * max(blocks, experiment.embedding_size)))
    parts = [forward_pass(experiment, weights, ids[start : start + rows])[0] for start in range(0, len(ids), rows)]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


def forward_pass(
    experiment: Experiment, weights: Weights, ids: Ids, *, with_signals: bool = False
) -> tuple[Array, tuple[tuple[Trace, ...], ...]]:
    """Carries reviews through the network, from the embedding to the verdict.

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: Word ids (batch, timesteps).
        with_signals: Keep gates and inner values in the traces.

    Returns:
        The probabilities (batch,) and, for each recurrent layer, one trace a direction.
    """
    mask = ids != 0 if experiment.mask_padding else None
    values = weights["embedding/embeddings"][ids]
    recurrent_layers = parameters(experiment).recurrent_layers
    traces = []
    for layer in recurrent_layers:
        arrays = [weights[tensor.path] for tensor in layer.tensors]
        directions = tuple(CellWeights(*arrays[start : start + 3]) for start in range(0, len(arrays), 3))
        values, layer_traces = recurrent_layer(
            experiment.cell,
            values,
            directions,
            mask,
            return_sequences=layer is not recurrent_layers[-1],
            with_signals=with_signals,
        )
        traces.append(layer_traces)
    verdict = sigmoid(np.dot(values, weights["dense/kernel"]) + weights["dense/bias"])
    return verdict[:, 0], tuple(traces)
