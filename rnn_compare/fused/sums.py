"""Sums of the gradients of weights and inputs, in stretches that stay in the processor's cache."""

from typing import NamedTuple

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, add_by_place, add_product, add_rows, compiled_part, multiply
from rnn_compare.fused.kernels.cell_kernel import CellKernel

STRETCH = 64
"""Packed rows that are added up at once, at least: OpenBLAS has quick products for up to a million multiplications."""


class GradientSums(NamedTuple):
    """The sums of a block, zeros at first.

    Where many packed rows read the same input, a word, W·input + b is summed by input first, and what that comes to for
    the kernel is left to the end. Where each row reads a vector of its own, it goes into the kernel's at once.

    Attributes:
        place: For each packed row the input that it reads (rows,).
        kernel_T: The layer's kernel, transposed (gates · units, features).
        recurrent_kernel: Gradient of the recurrent kernel (units, gates · units).
        recurrent_bias: Gradient of the bias beside U·state (gates · units,); (0,) where the two are not apart.
        by_input: Gradient of W·input + b, summed over the rows that read an input (inputs, gates · units); of no inputs
            where each row has its own.
        vectors: What each packed row reads (rows, features); of no rows where they share inputs.
        kernel, bias: Their gradients (features, gates · units), (gates · units,): row by row where each has its own, at
            the end where they share inputs.
        by_row: Gradient of what each packed row reads (rows, features); of no rows if not wanted.
        squares: Its squares, summed over the rows that read an input (inputs, features); of no inputs if not wanted.
        followed: How far single reviews are followed back through the prefix that they share: until their gradient
            is below this part of the largest that entered it. What all reviews come to together does not depend on it.
        entering: Gradients of the states after each step of the prefix that enter it there, summed over the reviews
            (prefix, state_count, units).
        prefix: Gradients of what each review reads in the shared prefix, by step and sorted row
            (prefix, rows, features); of no steps if only their squares are wanted.
    """

    place: Indices
    kernel_T: Array  # noqa: N815  # the textbook's notation
    recurrent_kernel: Array
    recurrent_bias: Array
    by_input: Array
    vectors: Array
    kernel: Array
    bias: Array
    by_row: Array
    squares: Array
    followed: np.float32
    entering: Array
    prefix: Array


@compiled_part
def add_stretch(sums: GradientSums, cell: CellKernel, begin: int, dgates: Array, dproducts: Array) -> None:
    """Adds what a stretch of packed rows contributes.

    Args:
        sums: What to add to.
        cell: The cell's arrays.
        begin: The first of the rows.
        dgates: Gradient of each row's W·input (rows, gates · units).
        dproducts: That of its U·state; the same array where the two are not apart.
    """
    end = begin + len(dgates)
    cell.add_recurrent_gradient(sums.recurrent_kernel, begin, end, dproducts)
    if len(sums.recurrent_bias) > 0:
        add_rows(sums.recurrent_bias, dproducts)
    if len(sums.vectors) > 0:
        add_product(sums.vectors[begin:end].T, dgates, sums.kernel)
        add_rows(sums.bias, dgates)
    else:
        add_by_place(sums.by_input, sums.place[begin:end], dgates)
    if len(sums.by_row) > 0:
        multiply(dgates, sums.kernel_T, sums.by_row[begin:end])
    elif len(sums.squares) > 0:
        _add_squares(sums.squares, sums.place[begin:end], dgates, sums.kernel_T)


@compiled_part
def _add_squares(squares: Array, place: Indices, dgates: Array, transposed: Array) -> None:
    dx = np.empty((len(dgates), squares.shape[1]), np.float32)
    multiply(dgates, transposed, dx)
    for row in range(len(dx)):
        for j in range(dx.shape[1]):
            dx[row, j] *= dx[row, j]
    add_by_place(squares, place, dx)


@compiled_part
def add_single_reviews(sums: GradientSums, t: int, k: int, row: int, dgates: Array) -> None:
    """Adds what single reviews, from a sorted row on, contribute to step ``t`` of the prefix, the packed row ``k``."""
    if len(sums.prefix) > 0:
        add_product(dgates, sums.kernel_T, sums.prefix[t, row : row + len(dgates)])
    if len(sums.squares) > 0:
        _add_squares(sums.squares, np.full(len(dgates), sums.place[k]), dgates, sums.kernel_T)
