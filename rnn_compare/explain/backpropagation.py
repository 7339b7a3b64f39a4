"""Backpropagation through time in NumPy: the gradient at every word of a review, and its norm.

Each cell has the backward pass of one timestep (``Cell.step_back``). In 64 bits, since over 500 timesteps a gradient
shrinks below what 32 bits can hold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import Gradient, StateGradients, StepValues
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.explain.cell_readings import previous_values
from rnn_compare.explain.prediction import Ids, Tell, dense, read_mask, recurrent_pass, recurrent_weights
from rnn_compare.networks.recurrent_layer import CellWeights, Mask, Trace
from rnn_compare.networks.weights import Weights


def backpropagate(
    cell_name: str, trace: Trace, weights: CellWeights, last_gradient: Gradient, mask: Mask | None = None
) -> Gradient:
    """Propagates a gradient back through one direction of a recurrent layer.

    Args:
        trace: The layer's forward pass, with signals.
        last_gradient: Of the loss with respect to the last state (batch, units).
        mask: True where a timestep was read (batch, timesteps). Elsewhere states and gradients pass unchanged.

    Returns:
        The total gradients of the loss with respect to each of the cell's states after each timestep, in the order of
        the text (states, batch, timesteps, units): of the hidden state, then of the LSTM's carry, which also acts by
        the hidden state of the same timestep.
    """
    cell_type = cell(cell_name)
    U, b = weights.recurrent_kernel.astype(np.float64), weights.bias.astype(np.float64)  # noqa: N806  # as in cells/
    values = _step_values(cell_type.states, trace)
    gradients: StateGradients = (last_gradient, *(np.zeros_like(last_gradient) for _ in cell_type.states[1:]))
    timesteps = trace.states.shape[1]
    complete_gradients = np.empty((len(gradients), timesteps, *last_gradient.shape))
    for t in range(timesteps) if trace.backward else reversed(range(timesteps)):
        earlier, complete = cell_type.step_back(gradients, {name: value[:, t] for name, value in values.items()}, U, b)
        if mask is not None:
            is_read = mask[:, t, np.newaxis]
            earlier = tuple(np.where(is_read, new, old) for new, old in zip(earlier, gradients, strict=True))
            complete = tuple(np.where(is_read, new, old) for new, old in zip(complete, gradients, strict=True))
        complete_gradients[:, t] = complete
        gradients = earlier
    return complete_gradients.swapaxes(1, 2)


def _step_values(states: tuple[str, ...], trace: Trace) -> StepValues:
    # Masked signals are not a number and are not used: zeros keep that from spreading.
    values = {name: np.nan_to_num(signal.astype(np.float64)) for name, signal in trace.signals.items()}
    values["state"] = trace.states.astype(np.float64)
    return values | {f"previous_{name}": previous_values(values[name], trace.backward) for name in states}


Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 2**20
"""Hidden states in memory at a time: 8 MB, and up to ten times as much with signals and gradients."""


@dataclass(frozen=True)
class GradientNorms:
    """Gradient norms in one direction of the last recurrent layer, in the order of the text.

    Attributes:
        backward: Whether the text was read from its end.
        states: ‖∂ℓ/∂h_t‖ of each review's binary cross-entropy ℓ and hidden state h_t (reviews, timesteps).
        carry: The same for the LSTM's carry, ‖∂ℓ/∂c_t‖; None for other cells.
        read: False at masked timesteps (reviews, timesteps).
    """

    backward: bool
    states: Array
    carry: Array | None
    read: NDArray[np.bool_]


def gradient_norms(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer], tell: Tell | None = None
) -> tuple[GradientNorms, ...]:
    """Computes the norm of the loss's gradient at each timestep of the last recurrent layer, without dropout.

    There is one result, or two where bidirectional: forward and backward.

    Args:
        ids: Word ids (batch, timesteps).
        labels: 1 for a positive review, 0 for a negative one (batch,).
    """
    shape = len(cell(experiment.cell).states), *ids.shape
    lengths = [np.empty(shape) for _ in range(2 if experiment.bidirectional else 1)]
    rows = max(1, NUMBERS_AT_ONCE // (ids.shape[1] * experiment.units))
    for start in range(0, len(ids), rows):
        part = slice(start, start + rows)
        for norms, gradients in zip(
            lengths, state_gradients(experiment, weights, ids[part], labels[part]), strict=True
        ):
            norms[:, part] = np.linalg.norm(gradients, axis=-1)
        if tell is not None:
            tell(min(start + rows, len(ids)), len(ids))
    mask = read_mask(experiment, ids)
    read = np.ones(ids.shape, np.bool_) if mask is None else mask
    return tuple(
        GradientNorms(backward, states, carry[0] if carry else None, read)
        for backward, (states, *carry) in zip((False, True), lengths, strict=False)
    )


def state_gradients(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer]
) -> tuple[Gradient, ...]:
    """Returns the gradients of ``backpropagate`` in each direction of the last recurrent layer.

    Arguments as in ``gradient_norms``.
    """
    last_states, layers = recurrent_pass(experiment, weights, ids, with_signals=True)
    # The gradient of the cross-entropy with respect to the sigmoid's input is probability - label.
    errors = sigmoid(dense(weights, last_states)).astype(np.float64) - labels
    last_gradient = np.outer(errors, weights["dense/kernel"].astype(np.float64))
    directions = recurrent_weights(experiment, weights)[-1]
    gradients = np.split(last_gradient, len(directions), axis=1)
    return tuple(
        backpropagate(experiment.cell, trace, direction, gradient, read_mask(experiment, ids))
        for trace, direction, gradient in zip(layers[-1], directions, gradients, strict=True)
    )
