"""A recurrence over a whole batch in one call, forward and backward, on packed arrays."""

# ruff: noqa: N803  # W is the textbook's letter

import importlib.util
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import kernels, recurrence
from rnn_compare.fused.arithmetic import Array, Indices
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.packing import Mask, Packing, pack_output_gradients, unpack
from rnn_compare.fused.sums import BackwardState, GradientSums, add_prefix_squares, add_range

FOLLOWED = np.float32(1e-6)
FOLLOWED_FOR_SQUARES = np.float32(1e-4)
"""See ``GradientSums.followed``. The squares left out are beside the largest gradient's as the square of this."""

STRETCHES = 8
"""Parts of a backward pass at most."""
STRETCH = 200_000
"""Numbers of ``BackwardState.dgates`` in a part, at least, where there are several: handing one over takes time."""

# Half of a backward pass is adding up, which nothing waits for: a second thread does it where a core is free.
_adding = ThreadPoolExecutor(1, thread_name_prefix="sums")

NO_MASK: Mask = np.ones((0, 0), np.bool_)


def _kernel(name: str) -> type[CellKernel] | None:
    module = f"{kernels.__name__}.{cell(name).keras_name}"
    if importlib.util.find_spec(module) is None:
        return None
    found: type[CellKernel] = getattr(importlib.import_module(module), f"{name}Kernel")
    return found


KERNELS = {name: found for name in CELLS if (found := _kernel(name))}
"""The kernel of each cell that has one: a file of ``kernels/`` with the name of the cell's in ``cells/``."""


@dataclass(frozen=True)
class LayerOptions:
    """How a layer reads.

    Attributes:
        kernel: That of the layer's cell.
        backwards: From the end of each review to its beginning.
        every_step: Return the state after every timestep, in the order of reading, instead of the last one.
        zero_masked: Return zeros where a timestep was masked, instead of the state before.
    """

    kernel: type[CellKernel]
    backwards: bool = False
    every_step: bool = False
    zero_masked: bool = False


@dataclass(frozen=True)
class ForwardPass:
    """What the forward pass leaves for the backward pass."""

    arrays: CellKernel
    packing: Packing
    mask: Mask | None


def forward(
    options: LayerOptions,
    packing: Packing,
    mask: Mask | None,
    W_inputs: Array,
    place: Indices,
    recurrent_kernel: Array,
    bias: Array,
) -> tuple[Array, ForwardPass]:
    """Runs the recurrence over a batch.

    Args:
        options: How.
        packing: What lies where.
        mask: The mask that the packing was made with.
        W_inputs: W·input for each input (inputs, gates·units).
        place: For each packed row the input that it reads (rows,).
        recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The last states (batch, units), or all (batch, timesteps, units), and what ``backward`` needs.
    """
    kernel, rows, units = options.kernel, len(place), len(recurrent_kernel)
    states = np.empty((kernel.state_count, rows, units), np.float32)
    states[:, rows - packing.prefix - 1] = 0  # before the first step
    arrays = kernel(
        W_inputs=W_inputs.reshape(len(W_inputs), -1, units),
        place=place,
        states=states,
        kept=np.empty((rows, kernel.kept_count, units), np.float32),
        recurrent_kernel=recurrent_kernel,
        U_T=np.ascontiguousarray(recurrent_kernel.T),
        bias=bias.reshape(bias.ndim, -1, units),
    )
    recurrence.forward(arrays, packing)
    forward_pass = ForwardPass(arrays, packing, mask)
    if options.every_step:
        return unpack(states[0], packing, *_masking(options, mask), options.zero_masked), forward_pass
    output = np.empty((len(packing.order), units), np.float32)
    output[packing.order] = states[0, packing.offsets[-1] :][: len(output)]
    return output, forward_pass


def backward(
    options: LayerOptions, forward_pass: ForwardPass, gradient: Array, kernel: Array, of_words: bool
) -> GradientSums:
    """Returns what the gradient of a recurrence's output comes to.

    Args:
        options: How it read.
        forward_pass: What ``forward`` left.
        gradient: Of its output.
        kernel: The layer's kernel.
        of_words: Whether the squares of the inputs' gradients are wanted, or else those in the prefix one by one.
    """
    arrays, packing = forward_pass.arrays, forward_pass.packing
    if options.every_step:
        how = _masking(options, forward_pass.mask)
        by_step = pack_output_gradients(gradient, packing, *how, options.zero_masked)
    else:
        by_step = gradient[packing.order][np.newaxis]
    features, width = kernel.shape
    inputs, rows, two_biases = len(arrays.W_inputs), len(arrays.place), len(arrays.bias) == 2
    sums = GradientSums(
        place=arrays.place,
        kernel_T=np.ascontiguousarray(kernel.T),
        recurrent_kernel=np.zeros_like(arrays.recurrent_kernel),
        recurrent_bias=np.zeros(width if two_biases else 0, np.float32),
        by_input=np.zeros((inputs, width), np.float32),
        squares=np.zeros((inputs if of_words else 0, features), np.float32),
        followed=FOLLOWED_FOR_SQUARES if of_words else FOLLOWED,
        prefix=np.zeros((0 if of_words else packing.prefix, len(packing.order), features), np.float32),
        prefix_squares=np.zeros((packing.prefix if of_words else 0, features), np.float32),
    )
    state = _before_the_last_step(arrays, by_step[-1], width)
    added = []
    for begin_step, end_step in _stretches(packing, width):
        recurrence.backward(arrays, packing, by_step, state, sums, begin_step, end_step)
        stretch = packing.offsets[begin_step], packing.offsets[end_step]
        added.append(_adding.submit(add_range, sums, arrays, *stretch, state.dgates, state.dproducts, True))
    for each in added:
        each.result()
    first = rows - packing.prefix - 1
    add_range(sums, arrays, first, first + packing.prefix, state.dgates, state.dproducts, False)
    add_prefix_squares(sums, first)
    return sums


def _before_the_last_step(arrays: CellKernel, output_gradient: Array, width: int) -> BackwardState:
    batch, units = output_gradient.shape
    dgates = np.empty((len(arrays.place), width), np.float32)
    dstates = np.zeros((len(arrays.states), batch, units), np.float32)
    dstates[0] = output_gradient
    return BackwardState(
        dgates=dgates,
        dproducts=np.empty_like(dgates) if len(arrays.bias) == 2 else dgates,
        dstates=dstates,
        dprefix_states=np.zeros((len(dstates), 1, units), np.float32),
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


def bias_gradient(sums: GradientSums) -> Array:
    """Returns the bias's gradient, as Keras lays out the bias: with a row for a second one beside U·state."""
    summed: Array = sums.by_input.sum(axis=0)
    return np.stack([summed, sums.recurrent_bias]) if len(sums.recurrent_bias) else summed


def _masking(options: LayerOptions, mask: Mask | None) -> tuple[Mask, bool, bool]:
    return NO_MASK if mask is None else mask, mask is not None, options.backwards
