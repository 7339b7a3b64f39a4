"""The three recurrences written out in NumPy, as a textbook writes them and as Keras computes them.

Each step function below is one cell at one timestep. In all of them W is the kernel (features, gates·units),
U the recurrent kernel (units, gates·units) and b the bias, with the gates side by side in Keras' order.
``W_input_t`` is the input's share, W·input_t: it does not depend on the state, so ``read_sequence`` works it
out for all timesteps at once.
"""

# ruff: noqa: N803, N806  # W and U are the textbook's letters

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Cell

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
States = tuple[Array, ...]
Step = Callable[[Array, States, Array, Array], tuple[States, States]]


class CellWeights(NamedTuple):
    """The weights of one cell, in Keras' order and layout."""

    kernel: Array
    recurrent_kernel: Array
    bias: Array


@dataclass(frozen=True)
class Trace:
    """What one direction of one recurrent layer computed, timestep by timestep in the order of the text.

    Attributes:
        states: The hidden state h after each timestep (batch, timesteps, units).
        signals: Gates and inner values by their names in ``SIGNALS``, each (batch, timesteps, units); empty
            unless asked for, and not a number where the timestep was masked, since nothing was read there.
        backward: Whether the text was read from its end.
    """

    states: Array
    signals: dict[str, Array]
    backward: bool

    @property
    def last_state(self) -> Array:
        """The state after the last timestep that was read (batch, units)."""
        return self.states[:, 0 if self.backward else -1]


SIGNALS: dict[Cell, tuple[str, ...]] = {
    "SimpleRNN": ("pre_activation",),
    "LSTM": ("i", "f", "candidate", "o", "carry"),
    "GRU": ("z", "r", "candidate"),
}
"""The inner values that each step function returns beside its states."""


def simple_rnn_step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, States]:
    """One timestep of a SimpleRNN: output_t = tanh(W·input_t + U·state_t + b).

    Args:
        W_input_t: The input's share (batch, units).
        states: The output of the timestep before (batch, units).
        U: Recurrent kernel (units, units).
        b: Bias (units,).

    Returns:
        The new state and the ``SIGNALS`` of the cell.

    Source:
        Elman, *Finding structure in time* (1990); Chollet (2018), listing 6.21; ``keras.layers.SimpleRNN``.
    """
    (state_t,) = states
    pre_activation = W_input_t + np.dot(state_t, U) + b
    output_t = np.tanh(pre_activation)
    return (output_t,), (pre_activation,)


def lstm_step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, States]:
    """One timestep of an LSTM: the gates decide what the carry track forgets, takes in and shows.

    Args:
        W_input_t: The input's share of i, f, c and o (batch, 4·units).
        states: Hidden state and carry of the timestep before, each (batch, units).
        U: Recurrent kernel (units, 4·units).
        b: Bias (4·units,).

    Returns:
        The new hidden state and carry, and the ``SIGNALS`` of the cell.

    Source:
        Hochreiter and Schmidhuber, *Long short-term memory* (1997), with the forget gate of Gers et al. (2000);
        ``keras.layers.LSTM``.
    """
    state_t, carry_t = states
    units = len(U)
    gates = W_input_t + np.dot(state_t, U) + b
    i = sigmoid(gates[:, :units])
    f = sigmoid(gates[:, units : 2 * units])
    candidate = np.tanh(gates[:, 2 * units : 3 * units])
    o = sigmoid(gates[:, 3 * units :])
    carry = f * carry_t + i * candidate
    output_t = o * np.tanh(carry)
    return (output_t, carry), (i, f, candidate, o, carry)


def gru_step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, States]:
    """One timestep of a GRU whose reset gate acts after the product (``reset_after=True``).

    Args:
        W_input_t: The input's share of z, r and h (batch, 3·units).
        states: The output of the timestep before (batch, units).
        U: Recurrent kernel (units, 3·units).
        b: One bias for the input and one for the state (2, 3·units).

    Returns:
        The new state and the ``SIGNALS`` of the cell.

    Source:
        Cho et al., *Learning phrase representations* (2014, v1); ``keras.layers.GRU``.
    """
    (state_t,) = states
    units = len(U)
    x = W_input_t + b[0]
    h = np.dot(state_t, U) + b[1]
    z = sigmoid(x[:, :units] + h[:, :units])
    r = sigmoid(x[:, units : 2 * units] + h[:, units : 2 * units])
    candidate = np.tanh(x[:, 2 * units :] + r * h[:, 2 * units :])
    output_t = z * state_t + (1 - z) * candidate
    return (output_t,), (z, r, candidate)


STEPS: dict[Cell, Step] = {"SimpleRNN": simple_rnn_step, "LSTM": lstm_step, "GRU": gru_step}


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), through tanh so that no x overflows.

    Example:
        >>> sigmoid(np.float32([-1000, 0, 1000]))
        array([0. , 0.5, 1. ], dtype=float32)
    """
    probability: Array = 0.5 * np.tanh(0.5 * x) + 0.5
    return probability


def read_sequence(
    cell: Cell,
    inputs: Array,
    weights: CellWeights,
    mask: Mask | None = None,
    *,
    backward: bool = False,
    with_signals: bool = False,
) -> Trace:
    """Reads sequences with one cell, one timestep after the other, from a state of zeros.

    Args:
        cell: Which recurrence.
        inputs: What is read (batch, timesteps, features).
        weights: The cell's weights.
        mask: True where a timestep is to be read (batch, timesteps); elsewhere the state stays as it is.
        backward: Read from the end to the beginning.
        with_signals: Keep gates and inner values too.
    """
    batch, timesteps, features = inputs.shape
    step, U, b = STEPS[cell], weights.recurrent_kernel, weights.bias
    by_time = inputs.swapaxes(0, 1).reshape(timesteps * batch, features)
    W_input = np.dot(by_time, weights.kernel).reshape(timesteps, batch, -1)
    zeros = np.zeros((batch, len(U)), np.float32)
    states: States = (zeros, zeros) if cell == "LSTM" else (zeros,)
    outputs = np.empty((timesteps, *zeros.shape), np.float32)
    signals = np.empty((len(SIGNALS[cell]), *outputs.shape), np.float32) if with_signals else None
    for t in reversed(range(timesteps)) if backward else range(timesteps):
        new_states, new_signals = step(W_input[t], states, U, b)
        if mask is not None:
            read = mask[:, t, np.newaxis]
            new_states = tuple(np.where(read, new, old) for new, old in zip(new_states, states, strict=True))
        states = new_states
        outputs[t] = states[0]
        if signals is not None:
            signals[:, t] = new_signals
    named = {}
    if signals is not None:
        if mask is not None:
            signals[:, ~mask.T] = np.nan
        named = dict(zip(SIGNALS[cell], signals.swapaxes(1, 2), strict=True))
    return Trace(outputs.swapaxes(0, 1), named, backward)


def recurrent_layer(
    cell: Cell,
    inputs: Array,
    directions: tuple[CellWeights, ...],
    mask: Mask | None = None,
    *,
    return_sequences: bool = False,
    with_signals: bool = False,
) -> tuple[Array, tuple[Trace, ...]]:
    """One recurrent layer, bidirectional if it has weights for two directions.

    Mirrors ``keras.layers.SimpleRNN``, ``LSTM``, ``GRU`` and ``Bidirectional`` with ``merge_mode="concat"``.

    Args:
        cell: Which recurrence.
        inputs: What is read (batch, timesteps, features).
        directions: Weights of the forward cell and, if bidirectional, of the backward cell.
        mask: True where a timestep is to be read (batch, timesteps).
        return_sequences: Return the state after every timestep instead of the last one.
        with_signals: Keep gates and inner values in the traces.

    Returns:
        The last state (batch, units) or every state (batch, timesteps, units), with 2·units where
        bidirectional; and the trace of each direction.
    """
    traces = tuple(
        read_sequence(cell, inputs, weights, mask, backward=backward, with_signals=with_signals)
        for weights, backward in zip(directions, (False, True), strict=False)
    )
    if not return_sequences:
        return np.concatenate([trace.last_state for trace in traces], axis=-1), traces
    output = np.concatenate([trace.states for trace in traces], axis=-1)
    if mask is not None and len(traces) > 1:
        # Keras' Bidirectional shows zeros where nothing was read; other layers show the state before.
        output = np.where(mask[:, :, np.newaxis], output, np.float32(0))
    return output, traces
