"""A recurrence over a whole batch in one call, on packed arrays; back it goes in ``sequence_gradients``."""

import importlib
import importlib.util
import itertools
from dataclasses import dataclass

import numpy as np

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import kernels, recurrence, threads
from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.packing import NO_MASK, Mask, PackedBatch, unpack

WORTH_SHARING = 400_000
"""Numbers of all gates of a batch, or of its inputs' gradients, from which on threads share the work: it takes a third
of a millisecond. Projecting a number takes a fourth of that."""

PARTS = 4
"""Of a batch's inputs, to be shared by threads."""


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
    """What the forward pass leaves for the backward pass.

    Attributes:
        arrays: The cell's arrays.
        batch: What lies where.
        mask: The mask that the batch was packed with.
        inputs: What was read: vectors, or those of the distinct words (inputs, features).
        shared: Whether several packed rows may read the same.
        kernel: The layer's kernel.
    """

    arrays: CellKernel
    batch: PackedBatch
    mask: Mask | None
    inputs: Array
    shared: bool
    kernel: Array


def forward(
    options: LayerOptions,
    batch: PackedBatch,
    mask: Mask | None,
    inputs: Array,
    place: Indices | None,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
) -> tuple[Array, ForwardPass]:
    """Runs the recurrence over a batch.

    Args:
        options: How.
        batch: What lies where.
        mask: The mask that the batch was packed with.
        inputs: What is read (inputs, features).
        place: For each packed row the input that it reads (rows,); None where it is the row's own.
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The last states (reviews, units), or all (reviews, timesteps, units), and what ``backward`` needs.
    """
    cell_kernel, rows, units = options.kernel, len(batch.source), len(recurrent_kernel)
    states = np.empty((cell_kernel.state_count, rows, units), np.float32)
    states[:, batch.first] = 0  # before the first step
    arrays = cell_kernel(
        W_inputs=_project(inputs, kernel, bias if bias.ndim == 1 else bias[0]).reshape(len(inputs), -1, units),
        place=np.arange(rows) if place is None else place,
        states=states,
        kept=np.empty((rows, cell_kernel.kept_count, units), np.float32),
        recurrent_kernel=recurrent_kernel,
        U_T=np.ascontiguousarray(recurrent_kernel.T),
        recurrent_bias=(bias[1] if bias.ndim == 2 else bias[:0]).reshape(-1, units),
    )
    recurrence.forward_prefix(arrays, batch.prefix)
    shares = worth_sharing(rows, kernel.shape[1])
    threads.for_each(lambda block: recurrence.forward(arrays, block), batch.blocks, shares)
    forward_pass = ForwardPass(arrays, batch, mask, inputs, place is not None, kernel)
    reviews = sum(len(block.order) for block in batch.blocks)
    if options.every_step:
        outputs = np.zeros((reviews, len(batch.blocks[0].active) - 1, units), np.float32)
        how = masking(options, mask)
        threads.for_each(
            lambda block: unpack(states[0], block, *how, options.zero_masked, outputs), batch.blocks, shares
        )
        return outputs, forward_pass
    output = np.empty((reviews, units), np.float32)
    for block in batch.blocks:
        output[block.order] = states[0, block.offsets[-1] :][: len(block.order)]
    return output, forward_pass


def _project(inputs: Array, kernel: Array, bias: Array) -> Array:
    projected = np.empty((len(inputs), kernel.shape[1]), np.float32)
    threads.for_each(
        lambda at: project(inputs[at], kernel, bias, projected[at]),
        parts(len(inputs)),
        projected.size >= 4 * WORTH_SHARING,
    )
    return projected


@compiled
def project(inputs: Array, kernel: Array, bias: Array, projected: Array) -> None:
    """Writes W·input + b for each input (inputs, features)."""
    np.dot(inputs, kernel, projected)
    for row in range(len(projected)):
        for j in range(len(bias)):
            projected[row, j] += bias[j]


def worth_sharing(rows: int, width: int) -> bool:
    """Tells whether threads should share so many rows or inputs of a layer whose gates have so many numbers."""
    return rows * width >= WORTH_SHARING


def parts(inputs: int) -> list[slice]:
    """Returns parts of so many inputs, always equally many: how sums are rounded must not depend on the threads."""
    ends = [inputs * k // PARTS for k in range(PARTS + 1)]
    return [slice(*each) for each in itertools.pairwise(ends)]


def masking(options: LayerOptions, mask: Mask | None) -> tuple[Mask, bool, bool]:
    """Returns mask, whether there is one, and whether it is read backwards, as compiled code takes them."""
    return NO_MASK if mask is None else mask, mask is not None, options.backwards
