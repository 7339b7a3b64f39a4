"""What the way back adds up, step by step, while a step's gradients are still in the processor's cache."""

from typing import NamedTuple

import numpy as np

from rnn_compare.networks.fused.arithmetic import Array, Indices, add, compiled


class Sums(NamedTuple):
    """Gradients to be added up, zeros at first. An input is a distinct word, or a vector that one packed row reads.

    Attributes:
        place: For each packed row the input that it reads (rows,).
        kernel_T: The layer's kernel, transposed (gates · units, features).
        recurrent_kernel: Gradient of the recurrent kernel (units, gates · units).
        recurrent_bias: Gradient of the bias beside U·state, which only the GRU has (gates · units,).
        by_input: Gradient of W·input, summed over the rows that read an input (inputs, gates · units).
        squares: Squares of the inputs' gradients, summed likewise (inputs, features); of no inputs if not wanted.
        followed: How far single reviews are followed back through the prefix that they share: until their gradient
            is below this part of the largest that entered it. What all reviews come to together does not depend on it.
        prefix: Gradients of what each review reads in the shared prefix, by step and sorted row
            (prefix, batch, features); of no steps if only their squares are wanted.
    """

    place: Indices
    kernel_T: Array  # noqa: N815  # the textbook's notation
    recurrent_kernel: Array
    recurrent_bias: Array
    by_input: Array
    squares: Array
    followed: np.float32
    prefix: Array


@compiled
def add_step(sums: Sums, first: int, states: Array, dgates: Array, dproducts: Array) -> None:
    """Adds what packed rows, beginning at ``first``, contribute.

    Args:
        sums: What to add to.
        first: The first of the packed rows.
        states: Their states before the step (n, units).
        dgates: Gradient of their W·input (n, gates · units).
        dproducts: Gradient of their U·state (n, gates · units).
    """
    add(sums.recurrent_kernel, np.dot(states.T, dproducts))
    width = dgates.shape[1]
    for row in range(len(dgates)):
        at = sums.place[first + row]
        for j in range(width):
            sums.by_input[at, j] += dgates[row, j]


@compiled
def add_squares(sums: Sums, first: int, dgates: Array) -> None:
    """Adds the squares of the gradients of what packed rows read, each row at its own place."""
    if len(sums.squares) > 0:
        dx = np.dot(dgates, sums.kernel_T)
        for row in range(len(dx)):
            at = sums.place[first + row]
            for j in range(dx.shape[1]):
                sums.squares[at, j] += dx[row, j] * dx[row, j]


@compiled
def add_prefix(sums: Sums, t: int, row: int, packed_row: int, dgates: Array) -> None:
    """Adds what single reviews, from a sorted row on, contribute to step ``t`` of the prefix, which they share."""
    dx = np.dot(dgates, sums.kernel_T)
    if len(sums.prefix) > 0:
        add(sums.prefix[t, row : row + len(dx)], dx)
    if len(sums.squares) > 0:
        squares = sums.squares[sums.place[packed_row]]
        for k in range(len(dx)):
            for j in range(len(squares)):
                squares[j] += dx[k, j] * dx[k, j]
