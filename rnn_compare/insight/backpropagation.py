"""Backpropagation through time, written out in NumPy: the way of a gradient from the last state to the first.

The counterpart of ``networks.equations``. Each function below is one cell at one timestep, read against time:
from the gradient of the loss with respect to what the step returned it works out that with respect to what the
step was given. Each is the chain rule applied to its equation there, and W, U and b are the same.
All of it is in 64 bits: over 500 timesteps a gradient shrinks below what 32 bits can hold.
"""

# ruff: noqa: N803, N806  # U is the textbook's letter

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Cell
from rnn_compare.insight.cell_readings import before
from rnn_compare.networks.equations import CellWeights, Mask, Trace

Array = NDArray[np.float64]
Gradients = tuple[Array, ...]
Inner = dict[str, Array]
StepBack = Callable[[Gradients, Inner, Array], tuple[Gradients, Gradients]]


@dataclass(frozen=True)
class StateGradients:
    """Gradients of the loss in the order of the text.

    Attributes:
        states: With respect to the hidden state after each timestep (batch, timesteps, units), over every way
            in which it acts on what comes later.
        carry: With respect to the carry after each timestep (batch, timesteps, units), over the hidden state
            of the same timestep too; None unless the cell is an LSTM.
    """

    states: Array
    carry: Array | None


def simple_rnn_step_back(after: Gradients, inner: Inner, U: Array) -> tuple[Gradients, Gradients]:
    """One timestep back through output_t = tanh(W·input_t + U·state_t + b).

    Args:
        after: The gradient for the output (batch, units).
        inner: The output as ``state`` (batch, units).
        U: Recurrent kernel (units, units).

    Returns:
        The gradient for the state before (batch, units); and, as in every step back, the gradients for what
        the step returned, complete: here the one that was given.
    """
    (d_output,) = after
    d_pre_activation = d_output * (1 - inner["state"] ** 2)
    return (np.dot(d_pre_activation, U.T),), after


def lstm_step_back(after: Gradients, inner: Inner, U: Array) -> tuple[Gradients, Gradients]:
    """One timestep back through an LSTM: along the carry track the gradient is only multiplied by the forget gate.

    Args:
        after: The gradients for hidden state and carry, the latter without its way through the former.
        inner: The signals of the timestep and the carry before it as ``previous_carry``, each (batch, units).
        U: Recurrent kernel (units, 4·units).

    Returns:
        The gradients for hidden state and carry before; and those for hidden state and carry, complete.
    """
    d_output, d_later = after
    i, f, candidate, o = (inner[name] for name in ("i", "f", "candidate", "o"))
    shown = np.tanh(inner["carry"])
    d_carry = d_later + d_output * o * (1 - shown**2)
    d_gates = (
        d_carry * candidate * i * (1 - i),
        d_carry * inner["previous_carry"] * f * (1 - f),
        d_carry * i * (1 - candidate**2),
        d_output * shown * o * (1 - o),
    )
    return (np.dot(np.concatenate(d_gates, axis=-1), U.T), d_carry * f), (d_output, d_carry)


def gru_step_back(after: Gradients, inner: Inner, U: Array) -> tuple[Gradients, Gradients]:
    """One timestep back through a GRU with ``reset_after=True``.

    Args:
        after: The gradient for the output (batch, units).
        inner: The signals of the timestep, the state before it as ``previous_state``, and the state's share in
            the candidate, U_h·state_t + b_h, as ``recalled``; each (batch, units).
        U: Recurrent kernel (units, 3·units).

    Returns:
        The gradient for the state before, and that for the output, as it was given.
    """
    (d_output,) = after
    z, r, candidate = (inner[name] for name in ("z", "r", "candidate"))
    d_candidate = d_output * (1 - z) * (1 - candidate**2)
    d_gates = (
        d_output * (inner["previous_state"] - candidate) * z * (1 - z),
        d_candidate * inner["recalled"] * r * (1 - r),
        d_candidate * r,
    )
    return (d_output * z + np.dot(np.concatenate(d_gates, axis=-1), U.T),), after


STEPS_BACK: dict[Cell, StepBack] = {
    "SimpleRNN": simple_rnn_step_back,
    "LSTM": lstm_step_back,
    "GRU": gru_step_back,
}


def backpropagate(
    cell: Cell, trace: Trace, weights: CellWeights, last_gradient: Array, mask: Mask | None = None
) -> StateGradients:
    """Carries a gradient back through one direction of a recurrent layer, one timestep after the other.

    Args:
        cell: Which recurrence.
        trace: What the layer computed, with signals.
        weights: Its weights.
        last_gradient: Of the loss with respect to the last state that was read (batch, units).
        mask: True where a timestep was read (batch, timesteps). Elsewhere state and carry are those of the
            timestep before, and so are the gradients.
    """
    step_back, U = STEPS_BACK[cell], weights.recurrent_kernel.astype(np.float64)
    inner = _inner_values(cell, trace, weights, mask)
    gradients: Gradients = (last_gradient,) if cell != "LSTM" else (last_gradient, np.zeros_like(last_gradient))
    timesteps = trace.states.shape[1]
    kept = np.empty((len(gradients), timesteps, *last_gradient.shape))
    for t in range(timesteps) if trace.backward else reversed(range(timesteps)):
        earlier, complete = step_back(gradients, {name: values[:, t] for name, values in inner.items()}, U)
        if mask is not None:
            read = mask[:, t, np.newaxis]
            earlier = tuple(np.where(read, new, old) for new, old in zip(earlier, gradients, strict=True))
            complete = tuple(np.where(read, new, old) for new, old in zip(complete, gradients, strict=True))
        kept[:, t] = complete
        gradients = earlier
    in_text_order = kept.swapaxes(1, 2)
    return StateGradients(in_text_order[0], in_text_order[1] if cell == "LSTM" else None)


def _inner_values(cell: Cell, trace: Trace, weights: CellWeights, mask: Mask | None) -> Inner:
    """Returns what the steps back need of the way there, each (batch, timesteps, units)."""
    # What was masked is not a number, and is not used: zeros keep it from spreading.
    inner = {name: np.nan_to_num(values.astype(np.float64)) for name, values in trace.signals.items()}
    states = trace.states.astype(np.float64)
    if cell == "SimpleRNN":
        return {"state": states}
    if cell == "LSTM":
        carry = inner["carry"] if mask is None else _held(inner["carry"], mask, trace.backward)
        return inner | {"previous_carry": before(carry, trace.backward)}
    units = states.shape[-1]
    previous = before(states, trace.backward)
    recalled = np.dot(previous, weights.recurrent_kernel[:, 2 * units :]) + weights.bias[1, 2 * units :]
    return inner | {"previous_state": previous, "recalled": recalled}


def _held(values: Array, mask: Mask, backward: bool) -> Array:
    """Returns the values with those of the timestep read before wherever nothing was read, at first zeros."""
    held = values.copy()
    last = np.zeros_like(values[:, 0])
    timesteps = values.shape[1]
    for t in reversed(range(timesteps)) if backward else range(timesteps):
        last = held[:, t] = np.where(mask[:, t, np.newaxis], values[:, t], last)
    return held
