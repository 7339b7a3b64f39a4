"""The loops over timesteps, forward and backward through time: the same for all cells, compiled once for each."""

from typing import Any

import numpy as np

from rnn_compare.fused.arithmetic import (
    Array,
    add,
    add_rows,
    compiled,
    compiled_part,
    fill,
    is_negligible,
    largest,
)
from rnn_compare.fused.kernels.cell_kernel import CellKernel
from rnn_compare.fused.packing import Block
from rnn_compare.fused.sums import CHUNK, GradientSums, add_chunk, add_single_reviews

CONDENSED = 1.25
"""How many single reviews are backpropagated through the prefix before they are condensed, per number of a state."""


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
                add_chunk(sums, cell, begin + rows, dgates[filled:], dproducts[filled:])
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
                add_single_reviews(sums, t, k, rows, prefix_dgates[:more])
    if filled < len(dgates):
        add_chunk(sums, cell, block.offsets[0], dgates[filled:], dproducts[filled:])


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
