"""A recurrent layer in NumPy, with the results of Keras' layers: the steps of any cell over the timesteps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import Array, States
from rnn_compare.cells.registry import cell

Mask = NDArray[np.bool_]


class CellWeights(NamedTuple):
    """The weights of one cell in Keras' layout; the recurrent kernel is empty if there is none."""

    kernel: Array
    recurrent_kernel: Array
    bias: Array


def by_direction(cell_name: str, arrays: Sequence[Array]) -> tuple[CellWeights, ...]:
    """Returns the weights of a layer's directions, forward before backward, from its arrays in Keras' order."""
    if cell(cell_name).recurrent != "none":
        return tuple(CellWeights(*arrays[start : start + 3]) for start in range(0, len(arrays), 3))
    nothing = np.empty(0, np.float32)
    return tuple(CellWeights(kernel, nothing, bias) for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True))


@dataclass(frozen=True)
class Trace:
    """States and signals of one direction of a recurrent layer, in the order of the text.

    Attributes:
        states: The hidden state h after each timestep (batch, timesteps, units).
        signals: All other signals of the cell by name, each (batch, timesteps, units); empty unless requested. At
            masked timesteps all but the states are NaN.
        backward: Whether the text was read from its end.
    """

    states: Array
    signals: dict[str, Array]
    backward: bool

    @property
    def last_state(self) -> Array:
        """The state after the last timestep that was read (batch, units)."""
        return self.last_of(self.states)

    def last_of(self, values: Array) -> Array:
        """Returns values (batch, timesteps, units) at the last timestep that was read (batch, units)."""
        return values[:, 0 if self.backward else -1]


def initial_states(cell_name: str, batch: int, units: int) -> States:
    """Returns the initial states of a cell: zeros (batch, units) for each."""
    return tuple(np.zeros((batch, units), np.float32) for _ in cell(cell_name).states)


def read_sequence(
    cell_name: str,
    inputs: Array,
    weights: CellWeights,
    mask: Mask | None = None,
    *,
    backward: bool = False,
    with_signals: bool = False,
) -> Trace:
    """Runs one cell over a batch of sequences from states of zeros.

    Args:
        inputs: Word vectors, or states of the layer below (batch, timesteps, features).
        mask: True where a timestep is read (batch, timesteps); elsewhere the states do not change.
        backward: Whether to read from the end.
        with_signals: Whether to return all signals, not the hidden state alone.
    """
    cell_type = cell(cell_name)
    batch, timesteps, features = inputs.shape
    U, b = weights.recurrent_kernel, weights.bias  # noqa: N806  # the textbook's letter
    by_time = inputs.swapaxes(0, 1).reshape(timesteps * batch, features)
    # W·input does not depend on the state, so it is computed for all timesteps at once.
    W_input = np.dot(by_time, weights.kernel).reshape(timesteps, batch, -1)  # noqa: N806  # as above
    units = b.shape[-1] // cell_type.blocks
    states = initial_states(cell_name, batch, units)
    outputs = np.empty((timesteps, batch, units), np.float32)
    names = [signal.name for signal in cell_type.signals if with_signals and signal.name != "state"]
    signals = {name: np.empty_like(outputs) for name in names}
    for t in reversed(range(timesteps)) if backward else range(timesteps):
        new_states, values = cell_type.step(W_input[t], states, U, b)
        if mask is not None:
            is_read = mask[:, t, np.newaxis]
            new_states = tuple(np.where(is_read, new, old) for new, old in zip(new_states, states, strict=True))
            values = {name: np.where(is_read, value, np.float32(np.nan)) for name, value in values.items()}
        states = new_states
        outputs[t] = states[0]
        values |= zip(cell_type.states, states, strict=True)
        for name, series in signals.items():
            series[t] = values[name]
    return Trace(outputs.swapaxes(0, 1), {name: series.swapaxes(0, 1) for name, series in signals.items()}, backward)


def recurrent_layer(
    cell_name: str,
    inputs: Array,
    directions: tuple[CellWeights, ...],
    mask: Mask | None = None,
    *,
    return_sequences: bool = False,
    with_signals: bool = False,
) -> tuple[Array, tuple[Trace, ...]]:
    """Computes one recurrent layer, bidirectional if it has weights for two directions.

    Mirrors Keras' recurrent layers and ``keras.layers.Bidirectional`` with ``merge_mode="concat"``.

    Args:
        inputs, mask, with_signals: As in ``read_sequence``.
        directions: Weights of the forward cell and, if bidirectional, of the backward cell.
        return_sequences: Whether to return the state after every timestep instead of the last one.

    Returns:
        The last state (batch, units) or every state (batch, timesteps, units), with 2·units where
        bidirectional; and the trace of each direction.
    """
    traces = tuple(
        read_sequence(cell_name, inputs, weights, mask, backward=backward, with_signals=with_signals)
        for weights, backward in zip(directions, (False, True), strict=False)
    )
    if not return_sequences:
        return np.concatenate([trace.last_state for trace in traces], axis=-1), traces
    output = np.concatenate([trace.states for trace in traces], axis=-1)
    if mask is not None and len(traces) > 1:
        # Keras' Bidirectional returns zeros where nothing was read; other layers return the previous state.
        output = np.where(mask[:, :, np.newaxis], output, np.float32(0))
    return output, traces
