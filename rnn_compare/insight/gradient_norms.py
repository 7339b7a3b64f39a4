"""How large the backpropagated gradient is at every word: why some networks learn from early words and some cannot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.insight.backpropagation import LayerGradients, backpropagate
from rnn_compare.insight.prediction import Ids, Tell, forward_pass, recurrent_weights
from rnn_compare.networks.weights import Weights

Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 2**20
"""How many hidden states are held in memory at a time: 8 MB, and up to ten times as much with all that goes along."""


@dataclass(frozen=True)
class GradientNorms:
    """The size of the gradient in one direction of the last recurrent layer, in the order of the text.

    For each review and timestep it is ‖∂ℓ/∂h_t‖, the length of the gradient of that review's binary
    cross-entropy ℓ with respect to its state h_t.

    Attributes:
        backward: Whether the text was read from its end.
        states: For the hidden states (reviews, timesteps).
        carry: For the carry track of an LSTM, ‖∂ℓ/∂c_t‖ in the same way; otherwise None.
        read: Where a word was read: not at masked timesteps (reviews, timesteps).
    """

    backward: bool
    states: Array
    carry: Array | None
    read: NDArray[np.bool_]


def gradient_norms(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer], tell: Tell | None = None
) -> tuple[GradientNorms, ...]:
    """Works out how large the gradient of the loss is at each timestep, in the last recurrent layer.

    Dropout is left out, as in ``predict``.

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: Word ids (batch, timesteps).
        labels: 1 for a positive review, 0 for a negative one (batch,).
        tell: Told, from time to time, how many of the reviews are done.

    Returns:
        One result, or two where bidirectional: forward and backward.
    """
    states = [np.empty(ids.shape) for _ in range(2 if experiment.bidirectional else 1)]
    carries = [np.empty(ids.shape) for _ in states]
    rows = max(1, NUMBERS_AT_ONCE // (ids.shape[1] * experiment.units))
    for start in range(0, len(ids), rows):
        part = slice(start, start + rows)
        for direction, gradients in enumerate(state_gradients(experiment, weights, ids[part], labels[part])):
            states[direction][part] = np.linalg.norm(gradients.states, axis=-1)
            if gradients.carry is not None:
                carries[direction][part] = np.linalg.norm(gradients.carry, axis=-1)
        if tell is not None:
            tell(min(start + rows, len(ids)), len(ids))
    has_carry = len(cell(experiment.cell).states) > 1
    read = ids != 0 if experiment.mask_padding else np.ones(ids.shape, np.bool_)
    return tuple(
        GradientNorms(backward, norms, carry if has_carry else None, read)
        for backward, norms, carry in zip((False, True), states, carries, strict=False)
    )


def state_gradients(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer]
) -> tuple[LayerGradients, ...]:
    """Returns the gradient of each review's loss for every state of the last recurrent layer.

    Args:
        experiment: What the network is.
        weights: Its weights.
        ids: Word ids (batch, timesteps).
        labels: 1 for a positive review, 0 for a negative one (batch,).

    Returns:
        One result a direction, each (batch, timesteps, units).
    """
    probabilities, layers = forward_pass(experiment, weights, ids, with_signals=True)
    mask = ids != 0 if experiment.mask_padding else None
    # Cross-entropy behind a sigmoid: what goes into the sigmoid has the gradient probability - label.
    errors = probabilities.astype(np.float64) - labels
    last_gradient = np.outer(errors, weights["dense/kernel"].astype(np.float64))
    directions = recurrent_weights(experiment, weights)[-1]
    gradients = np.split(last_gradient, len(directions), axis=1)
    return tuple(
        backpropagate(experiment.cell, trace, direction, gradient, mask)
        for trace, direction, gradient in zip(layers[-1], directions, gradients, strict=True)
    )
