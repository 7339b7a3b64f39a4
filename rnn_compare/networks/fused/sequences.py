"""A recurrence over a whole batch in one call, forward and backward, on packed arrays."""

# ruff: noqa: N803  # W is the textbook's letter

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_compare.experiment import Cell
from rnn_compare.networks.fused import gru_kernel, lstm_kernel, simple_rnn_kernel
from rnn_compare.networks.fused.arithmetic import Array, Gradients, Indices
from rnn_compare.networks.fused.packing import Mask, Packing, pack_output_gradients, unpack

NO_MASK: Mask = np.ones((0, 0), np.bool_)


@dataclass(frozen=True)
class Kernel:
    """The compiled recurrence of one cell. Every array is packed, as ``packing`` tells.

    Attributes:
        gates: Gates of the cell, side by side in Keras' order.
        forward: ``(gates, states, beside, recurrent_kernel, bias, active, offsets, prefix)``. ``gates``
            (rows, gates, units) holds W·input on entry and the activated gates on return; ``states`` (rows, units)
            holds zeros on entry and the states before each step on return; ``beside`` (rows, units) keeps what
            the cell needs besides (the LSTM's carry).
        backward: ``(gates, states, beside, recurrent_kernel, output_gradients, active, offsets, prefix)``, with the
            outputs' gradients by step and sorted row, or of the last step only (1, batch, units). Returns the
            gradients of W·input and of U·state (rows, gates, units), summed over reviews in the prefix; then
            those of W·input in the prefix for each review (n, gates, units), and where: step · batch + sorted row.
    """

    gates: int
    forward: Callable[..., None]
    backward: Callable[..., Gradients]


KERNELS: dict[Cell, Kernel] = {
    "SimpleRNN": Kernel(1, simple_rnn_kernel.forward, simple_rnn_kernel.backward),
    "LSTM": Kernel(4, lstm_kernel.forward, lstm_kernel.backward),
    "GRU": Kernel(3, gru_kernel.forward, gru_kernel.backward),
}


@dataclass(frozen=True)
class Reading:
    """How a layer reads.

    Attributes:
        cell: Which recurrence.
        backwards: From the end of each review to its beginning.
        every_step: Return the state after every timestep, in the order of reading, instead of the last one.
        zero_masked: Return zeros where a timestep was masked, instead of the state before.
    """

    cell: Cell
    backwards: bool = False
    every_step: bool = False
    zero_masked: bool = False


@dataclass(frozen=True)
class Run:
    """What the way forward leaves for the way back; arrays as ``Kernel`` has them."""

    packing: Packing
    mask: Mask | None
    gates: Array
    states: Array
    beside: Array
    recurrent_kernel: Array


@dataclass(frozen=True)
class RunGradients:
    """What the way back finds.

    Attributes:
        gates: Of W·input (rows, gates·units), packed; summed over reviews in the shared prefix.
        shared: Of W·input in the prefix, for each review and step where it counts (n, gates·units).
        shared_at: Where: (steps, reviews), each (n,).
        recurrent_kernel: Of the recurrent kernel.
        products: Of U·state (rows, gates·units), packed: the same as ``gates`` but for the GRU.
    """

    gates: Array
    shared: Array
    shared_at: tuple[Indices, Indices]
    recurrent_kernel: Array
    products: Array


def forward(
    reading: Reading, packing: Packing, mask: Mask | None, W_input: Array, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Run]:
    """Runs the recurrence over a batch.

    Args:
        reading: How.
        packing: What lies where.
        mask: The mask that the packing was made with.
        W_input: W·input (rows, gates·units), packed; it is overwritten.
        recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The last states (batch, units), or all (batch, timesteps, units), and what ``backward`` needs.
    """
    rows, units = len(W_input), len(recurrent_kernel)
    gates = W_input.reshape(rows, -1, units)
    states = np.zeros((rows, units), np.float32)
    beside = np.zeros((rows, units) if reading.cell != "SimpleRNN" else (0, 0), np.float32)
    run = KERNELS[reading.cell].forward
    run(gates, states, beside, recurrent_kernel, bias, packing.active, packing.offsets, packing.prefix)
    tape = Run(packing, mask, gates, states, beside, recurrent_kernel)
    if reading.every_step:
        return unpack(states, packing, *_masking(reading, mask), reading.zero_masked), tape
    output = np.empty((len(packing.order), units), np.float32)
    output[packing.order] = states[packing.offsets[-1] :][: len(output)]
    return output, tape


def backward(reading: Reading, run: Run, gradient: Array) -> RunGradients:
    """Returns the gradients of the recurrence from that of its output."""
    packing = run.packing
    if reading.every_step:
        how = _masking(reading, run.mask)
        by_step = pack_output_gradients(gradient, packing, *how, reading.zero_masked)
    else:
        by_step = gradient[packing.order][np.newaxis]
    arrays = (run.gates, run.states, run.beside, run.recurrent_kernel, by_step)
    go_back = KERNELS[reading.cell].backward
    dgates, dproducts, shared, at = go_back(*arrays, packing.active, packing.offsets, packing.prefix)
    flat, products = (d.reshape(len(d), -1) for d in (dgates, dproducts))
    steps, rows = np.divmod(at, len(packing.order))
    return RunGradients(
        gates=flat,
        shared=shared.reshape(len(shared), flat.shape[1]),
        shared_at=(steps, packing.order[rows]),
        recurrent_kernel=np.dot(run.states.T, products),
        products=products,
    )


def bias_gradient(cell: Cell, of_gates: Array, found: RunGradients) -> Array:
    """Returns the bias's gradient from rows that sum up to that of W·input: the GRU has a second bias for U·state."""
    summed: Array = of_gates.sum(axis=0)
    return np.stack([summed, found.products.sum(axis=0)]) if cell == "GRU" else summed


def _masking(reading: Reading, mask: Mask | None) -> tuple[Mask, bool, bool]:
    return NO_MASK if mask is None else mask, mask is not None, reading.backwards
