"""The loops over timesteps, forward and backward: the same for every cell, compiled once for each."""

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
from rnn_compare.fused.packing import Packing
from rnn_compare.fused.sums import STRETCH, GradientSums, add_single_reviews, add_stretch

CONDENSED = 1.25
"""Single reviews that are followed in the prefix before fewer take their place, as a multiple of those."""


@compiled
def forward(cell: CellKernel, block: Packing) -> None:
    """Runs the sequences of a block from where they begin, the prefix first of all: fills states and activations."""
    timesteps, states = len(block.active) - 1, cell.states
    first = states.shape[1] - block.prefix - 1
    joined = 0
    for t in range(timesteps + 1):
        begin, rows = block.offsets[t], block.active[t]
        if rows > joined:
            for kind in range(len(states)):
                fill(states[kind, begin + joined : begin + rows], states[kind, first + min(t, block.prefix)])
            joined = rows
        if rows and t < timesteps:
            cell.step(begin, begin + rows)


@compiled
def backward(cell: CellKernel, block: Packing, output_gradients: Array, sums: GradientSums) -> None:
    """Runs the sequences of a block back to where they begin, and single ones some way into the prefix.

    Args:
        cell: Its arrays, as ``forward`` left them.
        block: What lies where.
        output_gradients: By step and sorted row (timesteps, 1, rows, units), or of the last step only
            (1, 1, rows, units); in the prefix, of all states (prefix, state_count, 1, units).
        sums: All gradients are added here; what all reviews come to in the prefix is left to its own block.
    """
    timesteps, batch = len(block.active) - 1, len(block.order)
    dstates = np.zeros((len(cell.states), batch, cell.states.shape[2]), np.float32)
    # Sorted rows from ``joined`` on have come into the prefix; there, those before ``last`` are followed.
    joined, last, threshold = batch, batch, np.float32(0)
    dgates_there = np.empty((batch, len(cell.U_T)), np.float32)
    dproducts_there = np.empty_like(dgates_there) if len(cell.recurrent_bias) > 0 else dgates_there
    only_squares = len(sums.squares) > 0 and len(output_gradients) == 1
    most = CONDENSED * len(dstates) * dstates.shape[2] if only_squares else batch
    # Gradients of a stretch of packed rows, filled from its end, are added up while the processor's cache has them.
    dgates = np.empty((max(STRETCH, batch), len(cell.U_T)), np.float32)
    dproducts = np.empty_like(dgates) if len(cell.recurrent_bias) > 0 else dgates
    filled = len(dgates)
    for t in range(timesteps - 1, -1, -1):
        begin, rows = block.offsets[t], block.active[t]
        if len(output_gradients) > 1 or t == timesteps - 1:
            for kind in range(output_gradients.shape[1]):
                add(dstates[kind], output_gradients[t - timesteps, kind])
            if t < block.prefix:
                add_rows(sums.entering[t, 0], output_gradients[t - timesteps, 0, joined:])
            last = batch
        if rows:
            if filled < rows:
                add_stretch(sums, cell, begin + rows, dgates[filled:], dproducts[filled:])
                filled = len(dgates)
            filled -= rows
            at = slice(filled, filled + rows)
            cell.step_back(begin, begin + rows, dstates, 0, rows, dgates[at], dproducts[at])
        if t < block.prefix:
            threshold = _enter_prefix(sums.entering[t], dstates[:, rows:joined], threshold, sums.followed)
            joined, last = rows, _followed(dstates, rows, last, most, threshold)
            if last > rows:
                k, more = cell.states.shape[1] - block.prefix - 1 + t, last - rows
                cell.step_back(k, k + 1, dstates, rows, last, dgates_there[:more], dproducts_there[:more])
                add_single_reviews(sums, t, k, rows, dgates_there[:more])
    if filled < len(dgates):
        add_stretch(sums, cell, block.offsets[0], dgates[filled:], dproducts[filled:])


@compiled_part
def _enter_prefix(entering: Array, dstates: Array, threshold: np.float32, followed: np.float32) -> np.float32:
    """Adds gradients of states to those that enter a step of the prefix; returns ``followed`` of the largest so far."""
    for kind in range(len(dstates)):
        add_rows(entering[kind], dstates[kind])
        threshold = max(threshold, followed * largest(dstates[kind]))
    return threshold


@compiled_part
def _followed(dstates: Array, rows: int, last: int, most: float, threshold: np.float32) -> int:
    """Returns the end of the sorted rows that are still followed in the prefix; gradients of the others become zero."""
    while last > rows and is_negligible(dstates, last - 1, threshold):
        last -= 1
        for kind in range(len(dstates)):
            dstates[kind, last] = 0
    return _condense(dstates, rows, last, threshold) if last - rows > most else last


@compiled_part
def _condense(dstates: Array, rows: int, last: int, threshold: np.float32) -> int:
    """Puts fewer rows, which make the same sums of squares all through the prefix, in the place of sorted rows.

    A step back that all share is linear, so sums of squares follow from Gram's matrix. Cholesky's decomposition, with
    pivots, makes rows of it again, at most as many as they have numbers, down to the threshold. Returns their end.
    """
    kinds, _, units = dstates.shape
    row, gram = np.empty(kinds * units), np.zeros((kinds * units, kinds * units))
    for which in range(rows, last):
        for j in range(len(row)):
            row[j] = dstates[j // units, which, j % units]
        _add_products(gram, row, 1.0)
    for end in range(rows, last):
        pivot = 0
        for j in range(len(row)):
            if gram[j, j] > gram[pivot, pivot]:
                pivot = j
        square = gram[pivot, pivot]
        if square <= threshold * threshold:  # so that what is not a number remains
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
