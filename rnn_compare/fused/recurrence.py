"""The loops over timesteps, forward and backward through time, and the sums of gradients. Compiled once for each cell.

Gradients are summed in chunks of rows that stay in the processor's cache.
"""

from typing import Any, NamedTuple

import numpy as np

from rnn_compare.fused.arithmetic import (
    Array,
    Indices,
    add,
    add_by_index,
    add_product,
    add_rows,
    compiled,
    compiled_part,
    fill,
    is_negligible,
    largest,
    multiply,
)
from rnn_compare.fused.cell_kernel import CellKernel
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
        input_index: The input of each packed row (rows,).
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
        entering: Gradients of the states after each step of the prefix from the outputs there and from reviews' own
            steps after it, summed over the reviews (prefix, state_count, units).
        prefix: Gradients of each review's inputs in the shared prefix, by step and sorted row (prefix, rows, features);
            of no steps if only their squares are wanted.
    """

    input_index: Indices
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
    entering: Array
    prefix: Array


@compiled
def forward(cell: CellKernel, block: Block) -> None:
    """Runs the reviews of a block from their first step; fills states and activations. Run the prefix's block first."""
    timesteps, states = len(block.active) - 1, cell.states
    prefix_start = states.shape[1] - block.prefix - 1
    started = 0
    for t in range(timesteps + 1):
        begin, rows = block.offsets[t], block.active[t]
        if rows > started:
            for kind in range(len(states)):
                fill(states[kind, begin + started : begin + rows], states[kind, prefix_start + min(t, block.prefix)])
            started = rows
        if rows and t < timesteps:
            cell.step(begin, begin + rows)


@compiled
def backward(cell: CellKernel, block: Block, output_gradients: Array, sums: GradientSums) -> None:
    """Backpropagates through the reviews of a block to their first step, and through part of the prefix one by one.

    Args:
        cell: The cell's arrays, as filled by ``forward``.
        block: The layout of the block.
        output_gradients: By step and sorted row (timesteps, 1, rows, units), or of the last step only
            (1, 1, rows, units); for the prefix's block, of all states (prefix, state_count, 1, units).
        sums: Receives all gradients; those of the prefix, summed over all reviews, come from its own block.
    """
    timesteps, batch = len(block.active) - 1, len(block.order)
    dstates = np.zeros((len(cell.states), batch, cell.states.shape[2]), np.float32)
    # Sorted rows from ``entered`` on have reached the prefix; those before ``last`` are backpropagated through it.
    entered, last, threshold = batch, batch, np.float32(0)
    prefix_dgates = np.empty((batch, len(cell.U_T)), np.float32)
    prefix_dproducts = np.empty_like(prefix_dgates) if len(cell.recurrent_bias) > 0 else prefix_dgates
    only_squares = len(sums.squares) > 0 and len(output_gradients) == 1
    most = CONDENSED * len(dstates) * dstates.shape[2] if only_squares else batch
    # The gradients of a chunk of packed rows, filled from its end, are summed while they are in the processor's cache.
    dgates = np.empty((max(CHUNK, batch), len(cell.U_T)), np.float32)
    dproducts = np.empty_like(dgates) if len(cell.recurrent_bias) > 0 else dgates
    filled = len(dgates)
    for t in range(timesteps - 1, -1, -1):
        begin, rows = block.offsets[t], block.active[t]
        if len(output_gradients) > 1 or t == timesteps - 1:
            for kind in range(output_gradients.shape[1]):
                add(dstates[kind], output_gradients[t - timesteps, kind])
            if t < block.prefix:
                add_rows(sums.entering[t, 0], output_gradients[t - timesteps, 0, entered:])
            last = batch
        if rows:
            if filled < rows:
                _add_chunk(sums, cell, begin + rows, dgates[filled:], dproducts[filled:])
                filled = len(dgates)
            filled -= rows
            at = slice(filled, filled + rows)
            cell.step_back(begin, begin + rows, dstates, 0, rows, dgates[at], dproducts[at])
        if t < block.prefix:
            threshold = _enter_prefix(sums.entering[t], dstates[:, rows:entered], threshold, sums.cutoff)
            entered, last = rows, _remaining(dstates, rows, last, most, threshold)
            if last > rows:
                k, more = cell.states.shape[1] - block.prefix - 1 + t, last - rows
                cell.step_back(k, k + 1, dstates, rows, last, prefix_dgates[:more], prefix_dproducts[:more])
                _add_single_reviews(sums, t, k, rows, prefix_dgates[:more])
    if filled < len(dgates):
        _add_chunk(sums, cell, block.offsets[0], dgates[filled:], dproducts[filled:])


@compiled_part
def _enter_prefix(entering: Array, dstates: Array, threshold: np.float32, cutoff: np.float32) -> np.float32:
    """Adds gradients of states to those that enter a step of the prefix; returns ``cutoff`` times the largest yet."""
    for kind in range(len(dstates)):
        add_rows(entering[kind], dstates[kind])
        threshold = max(threshold, cutoff * largest(dstates[kind]))
    return threshold


@compiled_part
def _remaining(dstates: Array, rows: int, last: int, most: float, threshold: np.float32) -> int:
    """Returns the end of the sorted rows with gradients above the threshold; sets those of the others to zero."""
    while last > rows and is_negligible(dstates, last - 1, threshold):
        last -= 1
        for kind in range(len(dstates)):
            dstates[kind, last] = 0
    return _condense(dstates, rows, last, threshold) if last - rows > most else last


@compiled_part
def _condense(dstates: Array, rows: int, last: int, threshold: np.float32) -> int:
    """Replaces sorted rows by fewer that have the same sums of squares throughout the prefix, and returns their end.

    A step of the backward pass that all share is linear, so sums of squares follow from the Gram matrix. Its pivoted
    Cholesky decomposition, down to the threshold, gives at most as many rows as a state has numbers.
    """
    kinds, _, units = dstates.shape
    row, gram = np.empty(kinds * units), np.zeros((kinds * units, kinds * units))
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
def _add_products(gram: Any, row: Any, factor: float) -> None:
    for i in range(len(row)):
        for j in range(len(row)):
            gram[i, j] += factor * row[i] * row[j]


@compiled_part
def _add_chunk(sums: GradientSums, cell: CellKernel, begin: int, dgates: Array, dproducts: Array) -> None:
    """Adds the contributions of consecutive packed rows.

    Args:
        sums: Receives them.
        cell: The cell's arrays.
        begin: The first of the rows.
        dgates: Gradients of W·input (rows, gates · units).
        dproducts: Gradients of U·state; the same array unless the cell ``splits_gradients``.
    """
    end = begin + len(dgates)
    cell.add_recurrent_gradient(sums.recurrent_kernel, begin, end, dproducts)
    if len(sums.recurrent_bias) > 0:
        add_rows(sums.recurrent_bias, dproducts)
    if len(sums.vectors) > 0:
        add_product(sums.vectors[begin:end].T, dgates, sums.kernel)
        add_rows(sums.bias, dgates)
    else:
        add_by_index(sums.by_input, sums.input_index[begin:end], dgates)
    if len(sums.by_row) > 0:
        multiply(dgates, sums.kernel_T, sums.by_row[begin:end])
    elif len(sums.squares) > 0:
        _add_squares(sums.squares, sums.input_index[begin:end], dgates, sums.kernel_T)


@compiled_part
def _add_squares(squares: Array, index: Indices, dgates: Array, kernel_transposed: Array) -> None:
    dx = np.empty((len(dgates), squares.shape[1]), np.float32)
    multiply(dgates, kernel_transposed, dx)
    for row in range(len(dx)):
        for j in range(dx.shape[1]):
            dx[row, j] *= dx[row, j]
    add_by_index(squares, index, dx)


@compiled_part
def _add_single_reviews(sums: GradientSums, t: int, k: int, row: int, dgates: Array) -> None:
    """Adds the contributions of single reviews, from a sorted row on, to step ``t`` of the prefix, packed row ``k``."""
    if len(sums.prefix) > 0:
        add_product(dgates, sums.kernel_T, sums.prefix[t, row : row + len(dgates)])
    if len(sums.squares) > 0:
        _add_squares(sums.squares, np.full(len(dgates), sums.input_index[k]), dgates, sums.kernel_T)
