"""The loops over timesteps, forward and backward: the same for every cell, compiled once for each."""

from typing import Any, NamedTuple

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
from rnn_compare.fused.sums import STRETCH, GradientSums, add_single_reviews, add_stretch

CONDENSED = 1.25
"""Single reviews that are followed in the prefix before fewer take their place, as a multiple of those."""


class WayBack(NamedTuple):
    """The state of a block's backward pass between two calls.

    Attributes:
        dstates: Gradients of the states (state_count, reviews, units).
        counts: Sorted rows from ``counts[0]`` on have come into the prefix; there, those before ``counts[1]`` are
            followed.
        threshold: Gradients of single reviews in the prefix that are smaller count as zero (1,).
        dgates: Gradients of W·input of all the block's packed rows, or of one stretch (rows, gates · units).
        dproducts: Those of U·state; the same array where the two are not apart.
    """

    dstates: Array
    counts: Indices
    threshold: Array
    dgates: Array
    dproducts: Array


def way_back(cell: CellKernel, block: Packing, whole: bool) -> WayBack:
    """Returns the start of a backward pass that keeps the gradients of all rows (``whole``) or of one stretch."""
    reviews = len(block.order)
    rows = int(block.offsets[-1] - block.offsets[0]) if whole else max(STRETCH, reviews)
    dgates = np.empty((rows, cell.recurrent_kernel.shape[1]), np.float32)
    dstates = np.zeros((len(cell.states), reviews, cell.states.shape[2]), np.float32)
    dproducts = np.empty_like(dgates) if cell.apart else dgates
    return WayBack(dstates, np.full(2, reviews), np.zeros(1, np.float32), dgates, dproducts)


@compiled
def stretches(block: Packing) -> Indices:
    """Returns the bounds of the stretches of steps whose rows are added up together, from the last step to 0."""
    bounds, count, t = np.empty_like(block.offsets), 0, len(block.offsets) - 1
    bounds[0] = t
    while t > 0:
        end = block.offsets[t]
        t -= 1
        while t > 0 and end - block.offsets[t - 1] <= max(STRETCH, len(block.order)):
            t -= 1
        count += 1
        bounds[count] = t
    return bounds[: count + 1]


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
def backward(
    cell: CellKernel,
    block: Packing,
    output_gradients: Array,
    sums: GradientSums,
    way: WayBack,
    bounds: Indices,
    going: bool,
    adding: bool,
) -> None:
    """Runs the sequences of a block back to where they begin, and single ones some way into the prefix.

    One thread may go back over the steps while another follows and adds up; the sums are the same to the last digit.

    Args:
        cell: Its arrays, as ``forward`` left them.
        block: What lies where.
        output_gradients: By step and sorted row (timesteps, 1, rows, units), or of the last step only
            (1, 1, rows, units); in the prefix, of all states (prefix, state_count, 1, units).
        sums: All gradients are added here; what all reviews come to in the prefix is left to its own block.
        way: Where the pass is.
        bounds: Those of the stretches to go back over, the last of the sequence first.
        going: Go back over the steps.
        adding: Add up what each stretch contributes. Unless both are done, ``way`` holds all of the block's rows.
    """
    timesteps, batch, dstates = len(block.active) - 1, len(block.order), way.dstates
    joined, last, threshold = way.counts[0], way.counts[1], way.threshold[0]
    dgates_there = np.empty((batch, len(cell.U_T)), np.float32)
    dproducts_there = np.empty_like(dgates_there) if len(cell.recurrent_bias) > 0 else dgates_there
    only_squares = len(sums.of_prefix) > 0 and len(output_gradients) == 1
    most = CONDENSED * len(dstates) * dstates.shape[2] if only_squares else batch
    for k in range(len(bounds) - 1):
        first, end = block.offsets[bounds[k + 1]], block.offsets[bounds[k]]
        origin = first if going and adding else block.offsets[0]
        for t in range(bounds[k] - 1, bounds[k + 1] - 1 if going else bounds[k], -1):
            begin, rows = block.offsets[t], block.active[t]
            if len(output_gradients) > 1 or t == timesteps - 1:
                for kind in range(output_gradients.shape[1]):
                    add(dstates[kind], output_gradients[t - timesteps, kind])
                if t < block.prefix:
                    add_rows(sums.entering[t, 0], output_gradients[t - timesteps, 0, joined:])
                last = batch
            if rows:
                at = slice(begin - origin, begin - origin + rows)
                cell.step_back(begin, begin + rows, dstates, 0, rows, way.dgates[at], way.dproducts[at])
            if t < block.prefix:
                threshold = _enter_prefix(sums.entering[t], dstates[:, rows:joined], threshold, sums.followed)
                joined, last = rows, _followed(dstates, rows, last, most, threshold)
                way.counts[0], way.counts[1], way.threshold[0] = joined, last, threshold
                if last > rows:
                    there, more = cell.states.shape[1] - block.prefix - 1 + t, last - rows
                    cell.step_back(there, there + 1, dstates, rows, last, dgates_there[:more], dproducts_there[:more])
                    add_single_reviews(sums, t, rows, dgates_there[:more])
        if adding and end > first:
            at = slice(first - origin, end - origin)
            add_stretch(sums, cell, first, way.dgates[at], way.dproducts[at])


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
