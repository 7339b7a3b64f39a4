"""A recurrence over a whole batch in one call, forward and backward, on packed arrays."""

# ruff: noqa: N803, N806  # W is the textbook's letter

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices
from rnn_compare.fused.kernels import gru, lstm, simple_rnn
from rnn_compare.fused.packing import Mask, Packing, pack_output_gradients, unpack
from rnn_compare.fused.sums import Sums, Way, add_prefix_squares, add_range

FOLLOWED = np.float32(1e-6)
FOLLOWED_FOR_SQUARES = np.float32(1e-4)
"""See ``Sums.followed``. The squares of gradients left out are beside those of the largest as the square of this."""

STRETCHES = 8
"""Parts in which a way back is gone at most."""
STRETCH = 200_000
"""Numbers of ``Way.dgates`` in a part, at least, where there are several: handing over one takes time as well."""

# Half of a way back is adding up, which nothing waits for: a second thread does it where a core is free.
_adding = ThreadPoolExecutor(1, thread_name_prefix="sums")

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
        backward: ``(gates, states, beside, U_T, output_gradients, packing, way, sums, begin_step, end_step)``, with
            the recurrent kernel transposed and the outputs' gradients by step and sorted row, or of the last step
            only (1, batch, units). Goes back from the end of the steps to their beginning: fills the rows of ``way``,
            and adds to ``sums`` what single reviews contribute in the prefix.
    """

    gates: int
    forward: Callable[..., None]
    backward: Callable[..., None]


KERNELS: dict[str, Kernel] = {
    "SimpleRNN": Kernel(1, simple_rnn.forward, simple_rnn.backward),
    "LSTM": Kernel(4, lstm.forward, lstm.backward),
    "GRU": Kernel(3, gru.forward, gru.backward),
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

    cell: str
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
        recurrent_bias=np.zeros(width if reading.cell == "GRU" else 0, np.float32),
        by_input=np.zeros((inputs, width), np.float32),
        squares=np.zeros((inputs if of_words else 0, features), np.float32),
        followed=FOLLOWED_FOR_SQUARES if of_words else FOLLOWED,
        prefix=np.zeros((0 if of_words else packing.prefix, len(packing.order), features), np.float32),
        prefix_squares=np.zeros((packing.prefix if of_words else 0, features), np.float32),
    )
    U_T = np.ascontiguousarray(run.recurrent_kernel.T)
    way = _way(reading.cell, run, by_step[-1], width)
    go_back = KERNELS[reading.cell].backward
    added = []
    for begin_step, end_step in _stretches(packing, width):
        go_back(run.gates, run.states, run.beside, U_T, by_step, packing, way, sums, begin_step, end_step)
        rows = packing.offsets[begin_step], packing.offsets[end_step]
        added.append(_adding.submit(add_range, sums, *rows, run.states, way.dgates, way.dproducts, True))
    for each in added:
        each.result()
    first = len(run.place) - packing.prefix - 1
    add_range(sums, first, first + packing.prefix, run.states, way.dgates, way.dproducts, False)
    add_prefix_squares(sums, first)
    return sums


def _way(cell: str, run: Run, output_gradient: Array, width: int) -> Way:
    (batch, units), rows = output_gradient.shape, len(run.place)
    dgates = np.empty((rows, width), np.float32)
    carries = units if cell == "LSTM" else 0
    return Way(
        dgates=dgates,
        dproducts=np.empty_like(dgates) if cell == "GRU" else dgates,
        dstate=output_gradient.copy(),
        dcarry=np.zeros((batch, carries), np.float32),
        dprefix_state=np.zeros((1, units), np.float32),
        dprefix_carry=np.zeros((1, carries), np.float32),
        rows=np.array([batch, batch]),
        threshold=np.zeros(1, np.float32),
    )


def _stretches(packing: Packing, width: int) -> list[tuple[int, int]]:
    """Returns the steps in stretches, the last first: what one leaves is added up while the next is gone back over."""
    timesteps = len(packing.active) - 1
    rows = int(packing.offsets[-1])
    count = max(1, min(STRETCHES, rows * width // STRETCH))
    within = np.searchsorted(packing.offsets, [rows * k // count for k in range(1, count)])
    steps = [0, *within.tolist(), timesteps]
    return list(itertools.pairwise(steps))[::-1]


def bias_gradient(cell: str, sums: Sums) -> Array:
    """Returns the bias's gradient: the GRU has a second bias for U·state."""
    summed: Array = sums.by_input.sum(axis=0)
    return np.stack([summed, sums.recurrent_bias]) if cell == "GRU" else summed


def _masking(reading: Reading, mask: Mask | None) -> tuple[Mask, bool, bool]:
    return NO_MASK if mask is None else mask, mask is not None, reading.backwards
