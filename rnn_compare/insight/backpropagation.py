"""Backpropagation through time, written out in NumPy: from the gradient for the last state to those for all others.

Each cell goes back over one timestep by itself (``Cell.step_back``); here the timesteps follow one another. All of it
is in 64 bits: over 500 timesteps a gradient shrinks below what 32 bits can hold.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.cells.cell import Gradient, StateGradients, StepValues
from rnn_compare.cells.registry import cell
from rnn_compare.insight.cell_readings import before
from rnn_compare.networks.recurrent_layer import CellWeights, Mask, Trace


@dataclass(frozen=True)
class LayerGradients:
    """Gradients of the loss in the order of the text.

    Attributes:
        states: With respect to the hidden state after each timestep (batch, timesteps, units), over every path
            by which it acts on what comes later.
        carry: With respect to the cell's second state, the LSTM's carry, after each timestep (batch, timesteps,
            units), over the hidden state of the same timestep too; None for a cell with one state.
    """

    states: Gradient
    carry: Gradient | None


def backpropagate(
    cell_name: str, trace: Trace, weights: CellWeights, last_gradient: Gradient, mask: Mask | None = None
) -> LayerGradients:
    """Carries a gradient back through one direction of a recurrent layer, one timestep after the other.

    Args:
        cell_name: Which recurrence.
        trace: What the layer computed, with signals.
        weights: Its weights.
        last_gradient: Of the loss with respect to the last state that was read (batch, units).
        mask: True where a timestep was read (batch, timesteps). Elsewhere the states are those of the timestep
            before, and so are the gradients.
    """
    found = cell(cell_name)
    U, b = weights.recurrent_kernel.astype(np.float64), weights.bias.astype(np.float64)  # noqa: N806  # as in cells/
    values = _step_values(found.states, trace)
    gradients: StateGradients = (last_gradient, *(np.zeros_like(last_gradient) for _ in found.states[1:]))
    timesteps = trace.states.shape[1]
    kept = np.empty((len(gradients), timesteps, *last_gradient.shape))
    for t in range(timesteps) if trace.backward else reversed(range(timesteps)):
        earlier, complete = found.step_back(gradients, {name: each[:, t] for name, each in values.items()}, U, b)
        if mask is not None:
            read = mask[:, t, np.newaxis]
            earlier = tuple(np.where(read, new, old) for new, old in zip(earlier, gradients, strict=True))
            complete = tuple(np.where(read, new, old) for new, old in zip(complete, gradients, strict=True))
        kept[:, t] = complete
        gradients = earlier
    states, *others = kept.swapaxes(1, 2)
    return LayerGradients(states, others[0] if others else None)


def _step_values(states: tuple[str, ...], trace: Trace) -> StepValues:
    """Returns what ``step_back`` needs of each timestep, in 64 bits, each (batch, timesteps, units)."""
    # What was masked is not a number, and is not used: zeros keep it from spreading.
    values = {name: np.nan_to_num(each.astype(np.float64)) for name, each in trace.signals.items()}
    values["state"] = trace.states.astype(np.float64)
    return values | {f"previous_{name}": before(values[name], trace.backward) for name in states}
