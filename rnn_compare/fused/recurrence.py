"""The loops over timesteps, forward and backward through time, and the sums of gradients. Compiled once for all cells.

Gradients are summed in chunks of rows that stay in the processor's cache. What compiled code overwrites is handed to
it, since Numba compiles NumPy's functions for new arrays for longer than what they are for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.fused.arithmetic import (
    AHEAD,
    Array,
    Indices,
    add_product,
    add_row,
    compiled,
    compiled_part,
    multiply,
    prefetch,
    square_row,
)
from rnn_compare.fused.cell_kernel import CellArrays, call
from rnn_compare.fused.packing import Block

CONDENSED = 1.25
"""How many single reviews are backpropagated through the prefix before they are condensed, per number of a state."""
CHUNK = 64
"""Packed rows that are summed at once, at least: OpenBLAS has fast products for up to a million multiplications."""


class GradientSums(NamedTuple):
    """The sums of a block, zeros at first.

    Where many packed rows read the same input, a word, the gradients of W·input + b are summed by input, and the
    gradient of the kernel is computed from these at the end. Where each row has its own input, it is summed directly.

    Attributes:
        kernel_T: The layer's kernel, transposed (gates · units, features).
        recurrent_kernel: Gradient of the recurrent kernel (units, gates · units).
        recurrent_bias: Gradient of the bias in U·state + b (gates · units,); (0,) unless ``splits_gradients``.
        by_input: Gradient of W·input + b, summed over the rows with the same input (inputs, gates · units); of no
            inputs if each row has its own.
        vectors: The input of each packed row (rows, features); of no rows if they share inputs.
        kernel, bias: Their gradients (features, gates · units), (gates · units,).
        by_row: Gradient of each packed row's input (rows, features); of no rows if not wanted.
        squares: Its squares, summed over the rows with the same input (inputs, features); of no inputs if not wanted.
        cutoff: Single reviews are backpropagated through the shared prefix until their gradient is below this fraction
            of the largest that entered it. The sum over all reviews does not depend on it.
        most: More single reviews in the prefix are condensed.
        entering: Gradients of the states after each step of the prefix from the outputs there and from reviews' own
            steps after it, summed over the reviews (prefix, state_count, units).
        prefix: Gradients of each review's inputs in the shared prefix, by step and sorted row (prefix, rows, features);
            of no steps if only their squares are wanted.
    """

    kernel_T: Array  # noqa: N815  # the textbook's notation
    recurrent_kernel: Array
    recurrent_bias: Array
    by_input: Array
    vectors: Array
    kernel: Array
    bias: Array
    by_row: Array
    squares: Array
    cutoff: np.float32
    most: int
    entering: Array
    prefix: Array


class Scratch(NamedTuple):
    """Memory that ``backward`` overwrites: gradients of states, zeros at first (state_count, batch, units); of W·input
    and U·state for a chunk of packed rows, then for single reviews in the prefix (rows + batch, gates · units);
    ``recalled``; gradients of inputs (rows, features); a Gram matrix of the numbers of a state, and a row more."""

    dstates: Array
    dgates: Array
    dproducts: Array
    recalled: Array
    dx: Array
    gram: NDArray[np.float64]


@compiled
def forward(cell: CellArrays, block: Block, products: Array, recalled: Array) -> None:
    """Runs a block's reviews from their first step, after the prefix's block; fills states and activations."""
    timesteps, prefix, states = len(block.active) - 1, block.prefix, cell.states
    started = 0
    for t in range(timesteps + 1):
        begin, rows = block.offsets[t], block.active[t]
        before = states.shape[1] - 1 - (prefix - t if t < prefix else 0)
        for kind in range(len(states)):
            for row in range(begin + started, begin + rows):
                for j in range(states.shape[2]):
                    states[kind, row, j] = states[kind, before, j]
        started = rows
        if rows and t < timesteps:
            call(cell.step, cell, (products, recalled, begin, begin + rows))


@compiled
def backward(  # noqa: C901  # in one piece: each function that Numba compiles takes it a tenth of a second more
    cell: CellArrays, block: Block, output_gradients: Array, sums: GradientSums, scratch: Scratch
) -> None:
    """Backpropagates through the reviews of a block to their first step, and through part of the prefix one by one.

    Args:
        cell: The cell's arrays, as filled by ``forward``.
        block: The layout of the block.
        output_gradients: By step and sorted row (timesteps, 1, rows, units), or of the last step only
            (1, 1, rows, units); for the prefix's block, of all states (prefix, state_count, 1, units).
        sums: Receives all gradients; those of the prefix, summed over all reviews, come from its own block.
        scratch: Memory.
    """
    dstates, dgates, dproducts, recalled = scratch.dstates, scratch.dgates, scratch.dproducts, scratch.recalled
    timesteps, (kinds, batch, units) = len(block.active) - 1, dstates.shape
    # Sorted rows from ``entered`` on have reached the prefix; those before ``last`` are backpropagated through it.
    entered, last, threshold = batch, batch, np.float32(0)
    # The gradients of a chunk of packed rows, filled from its end, are summed while they are in the processor's cache.
    filled = size = len(dgates) - batch
    for t in range(timesteps - 1, -2, -1):  # -1: what is left of a chunk
        rows = block.active[t] if t >= 0 else size
        if filled < rows:
            begin, of_gates, of_products = block.offsets[t + 1], dgates[filled:size], dproducts[filled:size]
            end = begin + len(of_gates)
            call(cell.add_recurrent_gradient, cell, (sums.recurrent_kernel, of_products, recalled, begin, end))
            index, has_vectors = cell.input_index[begin:end], len(sums.vectors) > 0
            if has_vectors:
                add_product(sums.vectors[begin:end].T, of_gates, sums.kernel)
            for row in range(len(of_gates)):
                if len(sums.recurrent_bias) > 0:
                    add_row(sums.recurrent_bias, of_products[row])
                if not has_vectors and row + AHEAD < len(of_gates):
                    prefetch(sums.by_input, index[row + AHEAD])
                add_row(sums.bias if has_vectors else sums.by_input[index[row]], of_gates[row])
            if len(sums.by_row) > 0:
                multiply(of_gates, sums.kernel_T, sums.by_row[begin:end])
            elif len(sums.squares) > 0:
                _add_squares(sums.squares, index, of_gates, sums.kernel_T, scratch.dx)
            filled = size
        if t < 0:
            break
        if len(output_gradients) > 1 or t == timesteps - 1:
            of_outputs = output_gradients[t - timesteps]
            for kind in range(len(of_outputs)):
                for row in range(batch):
                    add_row(dstates[kind, row], of_outputs[kind, row])
            for row in range(entered, batch if t < block.prefix else 0):
                add_row(sums.entering[t, 0], of_outputs[0, row])
            last = batch
        if rows:
            filled, begin = filled - rows, block.offsets[t]
            of_gates, of_products = dgates[filled:], dproducts[filled:]
            own = dstates, of_gates, of_products, recalled, batch, begin, begin + rows, 0, rows
            call(cell.step_back, cell, own)
        if t < block.prefix:
            for kind in range(kinds):
                for row in range(rows, entered):
                    add_row(sums.entering[t, kind], dstates[kind, row])
            entering = sums.cutoff * largest(dstates, rows, entered)
            threshold = entering if entering > threshold else threshold
            entered = rows
            while last > rows and is_negligible(dstates, last - 1, threshold):
                last -= 1
                for kind in range(kinds):
                    for j in range(units):
                        dstates[kind, last, j] = 0
            if last - rows > sums.most:
                last = _condense(dstates, rows, last, threshold, scratch.gram)
            if last > rows:
                k, of_gates = cell.states.shape[1] - block.prefix - 1 + t, dgates[size : size + last - rows]
                own = dstates, of_gates, dproducts[size:], recalled, batch, k, k + 1, rows, last
                call(cell.step_back, cell, own)
                if len(sums.prefix) > 0:
                    add_product(of_gates, sums.kernel_T, sums.prefix[t, rows:last])
                if len(sums.squares) > 0:
                    _add_squares(sums.squares, cell.input_index[k : k + 1], of_gates, sums.kernel_T, scratch.dx)


@compiled_part
def largest(gradients: Array, first: int, last: int) -> np.float32:
    """Returns the largest finite magnitude in rows of gradients (n, rows, width); 0 if there is none."""
    maximum = np.float32(0)
    for kind in range(len(gradients)):
        for row in range(first, last):
            for j in range(gradients.shape[2]):
                magnitude = abs(gradients[kind, row, j])
                if maximum < magnitude < np.inf:
                    maximum = magnitude
    return maximum


@compiled_part
def is_negligible(gradients: Array, row: int, threshold: np.float32) -> bool:
    """Tells whether all numbers in one row of gradients (n, rows, units) are at most the threshold; NaN is not."""
    for kind in range(len(gradients)):
        for j in range(gradients.shape[2]):
            if not abs(gradients[kind, row, j]) <= threshold:  # true for NaN
                return False
    return True


@compiled_part
def _condense(dstates: Array, rows: int, last: int, threshold: np.float32, memory: NDArray[np.float64]) -> int:
    """Replaces sorted rows by fewer that have the same sums of squares throughout the prefix, and returns their end.

    A step of the backward pass that all share is linear, so sums of squares follow from the Gram matrix. Its pivoted
    Cholesky decomposition, down to the threshold, gives at most as many rows as a state has numbers.
    """
    kinds, _, units = dstates.shape
    row, gram = memory[kinds * units], memory[: kinds * units]
    for i in range(len(row)):
        for j in range(len(row)):
            gram[i, j] = 0
    for k in range(rows, last):
        for j in range(len(row)):
            row[j] = dstates[j // units, k, j % units]
        _add_products(gram, row, 1.0)
    for end in range(rows, last):
        pivot = 0
        for j in range(len(row)):
            if gram[j, j] > gram[pivot, pivot]:
                pivot = j
        square = gram[pivot, pivot]
        if square <= threshold * threshold:  # false for NaN, which remains
            return end
        for j in range(len(row)):
            row[j] = gram[pivot, j]
            dstates[j // units, end, j % units] = row[j] / np.sqrt(square)
        _add_products(gram, row, -1 / square)
    return last


@compiled_part
def _add_products(gram: NDArray[np.float64], row: NDArray[np.float64], factor: float) -> None:
    for i in range(len(row)):
        for j in range(len(row)):
            gram[i, j] += factor * row[i] * row[j]


@compiled_part
def _add_squares(squares: Array, index: Indices, dgates: Array, kernel_transposed: Array, dx: Array) -> None:
    """Adds squares of the gradients of inputs to those with an index (n,), or all to those with the only one."""
    multiply(dgates, kernel_transposed, dx)
    for row in range(len(dgates)):
        if row + AHEAD < len(index):
            prefetch(squares, index[row + AHEAD])
        square_row(dx[row])
        add_row(squares[index[row if row < len(index) else 0]], dx[row])
