"""Sums of the gradients of weights and inputs, in chunks of rows that stay in the processor's cache."""

from typing import NamedTuple

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, add_by_index, add_product, add_rows, compiled_part, multiply
from rnn_compare.fused.kernels.cell_kernel import CellKernel

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
        entering: Gradients of the states after each step of the prefix from the steps that follow it in a review,
            summed over the reviews (prefix, state_count, units).
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


@compiled_part
def add_chunk(sums: GradientSums, cell: CellKernel, begin: int, dgates: Array, dproducts: Array) -> None:
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
def add_single_reviews(sums: GradientSums, t: int, k: int, row: int, dgates: Array) -> None:
    """Adds the contributions of single reviews, from a sorted row on, to step ``t`` of the prefix, packed row ``k``."""
    if len(sums.prefix) > 0:
        add_product(dgates, sums.kernel_T, sums.prefix[t, row : row + len(dgates)])
    if len(sums.squares) > 0:
        _add_squares(sums.squares, np.full(len(dgates), sums.input_index[k]), dgates, sums.kernel_T)
