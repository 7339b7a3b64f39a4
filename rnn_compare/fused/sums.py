"""What the backward pass leaves, and what is added up from it: in blocks that stay in the processor's cache."""

from typing import NamedTuple

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, add, add_rows, compiled
from rnn_compare.fused.cell_kernel import CellKernel

BLOCK = 128
"""Rows that are added up at once: products of more rows than twice this run at half the rate."""


class BackwardState(NamedTuple):
    """How far the backward pass has come.

    Attributes:
        dgates: Gradient of each packed row's W·input (rows, gates · units).
        dproducts: Gradient of its U·state; the same array in a cell with one bias.
        dstates: Gradient of each sorted row's states (state_count, batch, units).
        dprefix_states: Those of the states in the shared prefix, where all reviews come to together
            (state_count, 1, units).
        rows: Where in the sorted rows those begin that have come into the prefix, and where those end that are still
            followed there (2,).
        threshold: Largest gradient that single reviews brought to the prefix, times ``GradientSums.followed`` (1,).
    """

    dgates: Array
    dproducts: Array
    dstates: Array
    dprefix_states: Array
    rows: Indices
    threshold: Array


class GradientSums(NamedTuple):
    """Gradients to be added up, zeros at first. An input is a distinct word, or a vector that one packed row reads.

    Attributes:
        place: For each packed row the input that it reads (rows,).
        kernel_T: The layer's kernel, transposed (gates · units, features).
        recurrent_kernel: Gradient of the recurrent kernel (units, gates · units).
        recurrent_bias: Gradient of the bias beside U·state, of a cell that has two (gates · units,), else (0,).
        by_input: Gradient of W·input, summed over the rows that read an input (inputs, gates · units).
        squares: Squares of the inputs' gradients, summed likewise (inputs, features); of no inputs if not wanted.
        followed: How far single reviews are followed back through the prefix that they share: until their gradient
            is below this part of the largest that entered it. What all reviews come to together does not depend on it.
        prefix: Gradients of what each review reads in the shared prefix, by step and sorted row
            (prefix, batch, features); of no steps if only their squares are wanted.
        prefix_squares: Their squares, summed over the reviews (prefix, features); of no steps if not wanted.
    """

    place: Indices
    kernel_T: Array  # noqa: N815  # the textbook's notation
    recurrent_kernel: Array
    recurrent_bias: Array
    by_input: Array
    squares: Array
    followed: np.float32
    prefix: Array
    prefix_squares: Array


@compiled
def add_range(
    sums: GradientSums, cell: CellKernel, begin: int, end: int, dgates: Array, dproducts: Array, squared: bool
) -> None:
    """Adds what the packed rows from ``begin`` to ``end`` contribute.

    Args:
        sums: What to add to.
        cell: The cell's arrays.
        begin, end: The rows.
        dgates: Gradients as ``BackwardState`` has them.
        dproducts: Likewise.
        squared: Whether to add the squares of the gradients of what they read, each row at its own place.
    """
    for stop in range(end, begin, -BLOCK):
        at = slice(max(begin, stop - BLOCK), stop)
        cell.add_recurrent_gradient(sums.recurrent_kernel, at.start, stop, dproducts)
        if len(sums.recurrent_bias) > 0:
            add_rows(sums.recurrent_bias, dproducts[at])
        for row in range(at.start, stop):
            total, dgate = sums.by_input[sums.place[row]], dgates[row]
            for j in range(len(total)):
                total[j] += dgate[j]
        if squared and len(sums.squares) > 0:
            dx = np.dot(dgates[at], sums.kernel_T)
            for row in range(len(dx)):
                squares = sums.squares[sums.place[at.start + row]]
                for j in range(len(squares)):
                    squares[j] += dx[row, j] * dx[row, j]


@compiled
def add_prefix(sums: GradientSums, t: int, row: int, dgates: Array) -> None:
    """Adds what single reviews, from a sorted row on, contribute to step ``t`` of the prefix, which they share."""
    dx = np.dot(dgates, sums.kernel_T)
    if len(sums.prefix) > 0:
        add(sums.prefix[t, row : row + len(dx)], dx)
    if len(sums.prefix_squares) > 0:
        squares = sums.prefix_squares[t]
        for k in range(len(dx)):
            for j in range(len(squares)):
                squares[j] += dx[k, j] * dx[k, j]


@compiled
def add_prefix_squares(sums: GradientSums, first: int) -> None:
    """Adds the squares of the prefix to those of what was read there, from the packed row ``first`` on."""
    for t in range(len(sums.prefix_squares)):
        squares = sums.squares[sums.place[first + t]]
        for j in range(len(squares)):
            squares[j] += sums.prefix_squares[t, j]
