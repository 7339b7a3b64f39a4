"""A recurrence over a whole batch in one call, forward and backward, on packed arrays."""

# ruff: noqa: N803, N806  # W is the textbook's letter

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_compare.experiment import Cell
from rnn_compare.networks.fused import gru_kernel, lstm_kernel, simple_rnn_kernel
from rnn_compare.networks.fused.arithmetic import Array, Indices
from rnn_compare.networks.fused.packing import Mask, Packing, pack_output_gradients, unpack
from rnn_compare.networks.fused.sums import Sums

FOLLOWED = np.float32(1e-6)
FOLLOWED_FOR_SQUARES = np.float32(1e-4)
"""See ``Sums.followed``. The squares of gradients left out are beside those of the largest as the square of this."""

NO_MASK: Mask = np.ones((0, 0), np.bool_)


@dataclass(frozen=True)
class Kernel:
    """The compiled recurrence of one cell. Every array is packed, as ``packing`` tells.

    Attributes:
        gates: Gates of the cell, side by side in Keras' order.
        forward: ``(W_input, place, gates, states, beside, recurrent_kernel, bias, packing)``. ``W_input``
            (inputs, gates, units) holds W·input and ``place`` (rows,) which input each row reads. On return
            ``gates`` (rows, gates, units) holds the activated gates, ``states`` (rows, units) the states before each
            step, ``beside`` (rows, units) what the cell needs besides (the LSTM's carry). On entry the rows of these
            two from which all begin, the first of the prefix, hold zeros.
        backward: ``(gates, states, beside, U_T, output_gradients, packing, sums)``, with the recurrent kernel
            transposed and the outputs' gradients by step and sorted row, or of the last step only (1, batch, units).
            Adds to ``sums``. In blocks as small as one step, and neither operand a view of another order, the
            products run twice as fast as over all rows at once.
    """

    gates: int
    forward: Callable[..., None]
    backward: Callable[..., None]


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
    place: Indices
    gates: Array
    states: Array
    beside: Array
    recurrent_kernel: Array


def forward(
    reading: Reading,
    packing: Packing,
    mask: Mask | None,
    W_inputs: Array,
    place: Indices,
    recurrent_kernel: Array,
    bias: Array,
) -> tuple[Array, Run]:
    """Runs the recurrence over a batch.

    Args:
        reading: How.
        packing: What lies where.
        mask: The mask that the packing was made with.
        W_inputs: W·input for each input (inputs, gates·units).
        place: For each packed row the input that it reads (rows,).
        recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The last states (batch, units), or all (batch, timesteps, units), and what ``backward`` needs.
    """
    kernel, rows, units = KERNELS[reading.cell], len(place), len(recurrent_kernel)
    gates = np.empty((rows, kernel.gates, units), np.float32)
    states = np.empty((rows, units), np.float32)
    beside = np.empty((rows, units) if reading.cell != "SimpleRNN" else (0, 0), np.float32)
    first = rows - packing.prefix - 1
    states[first:][:1] = beside[first:][:1] = 0  # before the first step
    W_inputs = W_inputs.reshape(-1, kernel.gates, units)
    kernel.forward(W_inputs, place, gates, states, beside, recurrent_kernel, bias, packing)
    run = Run(packing, mask, place, gates, states, beside, recurrent_kernel)
    if reading.every_step:
        return unpack(states, packing, *_masking(reading, mask), reading.zero_masked), run
    output = np.empty((len(packing.order), units), np.float32)
    output[packing.order] = states[packing.offsets[-1] :][: len(output)]
    return output, run


def backward(reading: Reading, run: Run, gradient: Array, inputs: int, kernel: Array, of_words: bool) -> Sums:
    """Returns what the gradient of a recurrence's output comes to.

    Args:
        reading: How it read.
        run: What ``forward`` left.
        gradient: Of its output.
        inputs: How many inputs ``W_inputs`` had.
        kernel: The layer's kernel.
        of_words: Whether the squares of the inputs' gradients are wanted, or else those in the prefix one by one.
    """
    packing = run.packing
    if reading.every_step:
        how = _masking(reading, run.mask)
        by_step = pack_output_gradients(gradient, packing, *how, reading.zero_masked)
    else:
        by_step = gradient[packing.order][np.newaxis]
    features, width = kernel.shape
    sums = Sums(
        place=run.place,
        kernel_T=np.ascontiguousarray(kernel.T),
        recurrent_kernel=np.zeros_like(run.recurrent_kernel),
        recurrent_bias=np.zeros(width, np.float32),
        by_input=np.zeros((inputs, width), np.float32),
        squares=np.zeros((inputs if of_words else 0, features), np.float32),
        followed=FOLLOWED_FOR_SQUARES if of_words else FOLLOWED,
        prefix=np.zeros((0 if of_words else packing.prefix, len(packing.order), features), np.float32),
    )
    U_T = np.ascontiguousarray(run.recurrent_kernel.T)
    KERNELS[reading.cell].backward(run.gates, run.states, run.beside, U_T, by_step, packing, sums)
    return sums


def bias_gradient(cell: Cell, sums: Sums) -> Array:
    """Returns the bias's gradient: the GRU has a second bias for U·state."""
    summed: Array = sums.by_input.sum(axis=0)
    return np.stack([summed, sums.recurrent_bias]) if cell == "GRU" else summed


def _masking(reading: Reading, mask: Mask | None) -> tuple[Mask, bool, bool]:
    return NO_MASK if mask is None else mask, mask is not None, reading.backwards
