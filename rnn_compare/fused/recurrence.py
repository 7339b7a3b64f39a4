"""The loops over timesteps, forward and backward: the same for every cell, compiled once for each."""

from typing import NamedTuple

import numpy as np

from rnn_compare.fused.arithmetic import (
    Array,
    Indices,
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
from rnn_compare.fused.sums import STRETCH, GradientSums, add_prefix_squares, add_single_reviews, add_stretch


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


class _SingleReviews(NamedTuple):
    """The state of following single reviews of a block.

    Attributes:
        dstates: Gradient of each sorted row's states (state_count, rows, units).
        dgates, dproducts: Room for a step's gradients (rows, gates · units); no rows of the latter where it is the
            same.
        rows: Where in the sorted rows those begin that have come into the prefix, and where those end that are still
            followed there (2,).
        threshold: Largest gradient that single reviews brought to the prefix, times ``GradientSums.followed`` (1,).
    """

    dstates: Array
    dgates: Array
    dproducts: Array
    rows: Indices
    threshold: Array


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
    single = _SingleReviews(
        dstates=np.zeros((len(cell.states), batch, cell.states.shape[2]), np.float32),
        dgates=np.empty((batch, len(cell.U_T)), np.float32),
        dproducts=np.empty((batch if len(cell.recurrent_bias) > 0 else 0, len(cell.U_T)), np.float32),
        rows=np.array([batch, batch]),
        threshold=np.zeros(1, np.float32),
    )
    dstates = single.dstates
    # The gradients of a stretch of packed rows, filled from its end: they are added up while the processor's cache
    # has them.
    dgates = np.empty((max(STRETCH, batch), len(cell.U_T)), np.float32)
    dproducts = np.empty_like(dgates) if len(cell.recurrent_bias) > 0 else dgates
    filled = len(dgates)
    for t in range(timesteps - 1, -1, -1):
        begin, rows = block.offsets[t], block.active[t]
        if len(output_gradients) > 1 or t == timesteps - 1:
            for kind in range(output_gradients.shape[1]):
                add(dstates[kind], output_gradients[t - timesteps, kind])
            if t < block.prefix:
                add_rows(sums.entering[t, 0], output_gradients[t - timesteps, 0, single.rows[0] :])
            single.rows[1] = batch
        if rows:
            if filled < rows:
                add_stretch(sums, cell, begin + rows, dgates[filled:], dproducts[filled:])
                filled = len(dgates)
            filled -= rows
            at = slice(filled, filled + rows)
            cell.step_back(begin, begin + rows, dstates, 0, rows, dgates[at], dproducts[at])
        if t < block.prefix:
            _enter_prefix(sums.entering[t], sums.followed, single, rows)
            last = single.rows[1]
            if last > rows:
                k, more = cell.states.shape[1] - block.prefix - 1 + t, last - rows
                products = single.dproducts if len(single.dproducts) > 0 else single.dgates
                cell.step_back(k, k + 1, dstates, rows, last, single.dgates[:more], products[:more])
                add_single_reviews(sums, t, rows, single.dgates[:more])
    if filled < len(dgates):
        add_stretch(sums, cell, block.offsets[0], dgates[filled:], dproducts[filled:])
    add_prefix_squares(sums, cell.states.shape[1] - block.prefix - 1)


@compiled_part
def _enter_prefix(entering: Array, followed: np.float32, single: _SingleReviews, rows: int) -> None:
    """Adds to what enters a step of the prefix, and moves the bounds of those that are followed there."""
    dstates, (joined, last), threshold = single.dstates, single.rows, single.threshold[0]
    for kind in range(len(dstates)):
        add_rows(entering[kind], dstates[kind, rows:joined])
        threshold = max(threshold, followed * largest(dstates[kind, rows:joined]))
    while last > rows and is_negligible(dstates, last - 1, threshold):
        last -= 1
        for kind in range(len(dstates)):
            dstates[kind, last] = 0
    single.rows[0], single.rows[1], single.threshold[0] = rows, last, threshold
