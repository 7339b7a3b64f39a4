"""Backpropagation through time in NumPy, in 64 bits: the gradient at every word of a review, and its length.

Each cell goes back over one timestep by itself (``Cell.step_back``); here the timesteps follow one another. Over 500
timesteps a gradient shrinks below what 32 bits can hold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import Gradient, StateGradients, StepValues
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.explain.cell_readings import before
from rnn_compare.explain.prediction import Ids, Tell, dense, recurrent_pass, recurrent_weights
from rnn_compare.networks.recurrent_layer import CellWeights, Mask, Trace
from rnn_compare.networks.weights import Weights


def backpropagate(
    cell_name: str, trace: Trace, weights: CellWeights, last_gradient: Gradient, mask: Mask | None = None
) -> Gradient:
    """Carries a gradient back through one direction of a recurrent layer, one timestep after the other.

    Args:
        trace: What the layer computed, with signals.
        last_gradient: Of the loss with respect to the last state that was read (batch, units).
        mask: True where a timestep was read (batch, timesteps). Elsewhere the states are those of the timestep
            before, and so are the gradients.

    Returns:
        The gradients of the loss with respect to each of the cell's states after each timestep, in the order of the
        text (states, batch, timesteps, units). The first is that of the hidden state, over every path by which it acts
        on what comes later; that of the LSTM's carry also runs over the hidden state of the same timestep.
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
    """Returns what ``step_back`` needs of each timestep, in 64 bits, each (batch, timesteps, units)."""
    # What was masked is not a number, and is not used: zeros keep it from spreading.
    values = {name: np.nan_to_num(signal.astype(np.float64)) for name, signal in trace.signals.items()}
    values["state"] = trace.states.astype(np.float64)
    return values | {f"previous_{name}": before(values[name], trace.backward) for name in states}


Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 2**20
"""Hidden states in memory at a time: 8 MB, and up to ten times as much with all that goes along."""


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

    Dropout is left out, as in ``predict``. There is one result, or two where bidirectional: forward and backward.

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
    read = ids != 0 if experiment.mask_padding else np.ones(ids.shape, np.bool_)
    return tuple(
        GradientNorms(backward, states, carry[0] if carry else None, read)
        for backward, (states, *carry) in zip((False, True), lengths, strict=False)
    )


def state_gradients(
    experiment: Experiment, weights: Weights, ids: Ids, labels: NDArray[np.integer]
) -> tuple[Gradient, ...]:
    """Returns the gradient of each review's loss for every state of the last recurrent layer (see ``gradient_norms``).

    There is one result a direction, each (states, batch, timesteps, units) as of ``backpropagate``.
    """
    last_states, layers = recurrent_pass(experiment, weights, ids, with_signals=True)
    mask = ids != 0 if experiment.mask_padding else None
    # Cross-entropy behind a sigmoid: what goes into the sigmoid has the gradient probability - label.
    errors = sigmoid(dense(weights, last_states)).astype(np.float64) - labels
    last_gradient = np.outer(errors, weights["dense/kernel"].astype(np.float64))
    directions = recurrent_weights(experiment, weights)[-1]
    gradients = np.split(last_gradient, len(directions), axis=1)
    return tuple(
        backpropagate(experiment.cell, trace, direction, gradient, mask)
        for trace, direction, gradient in zip(layers[-1], directions, gradients, strict=True)
    )
