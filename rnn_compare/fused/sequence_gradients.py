"""The backward pass of a recurrence over a whole batch: each block adds up its own, and these are joined in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import recurrence, threads
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.packing import Packing, pack_output_gradients
from rnn_compare.fused.sequences import ForwardPass, LayerOptions, masking, parts, worth_sharing
from rnn_compare.fused.sums import GradientSums

FOLLOWED = np.float32(1e-6)
FOLLOWED_FOR_SQUARES = np.float32(1e-4)
"""See ``GradientSums.followed``. The squares left out are beside the largest gradient's as the square of this."""


@dataclass(frozen=True)
class Gradients:
    """What the gradient of a recurrence's output comes to.

    Attributes:
        inputs: Of the inputs (inputs, features); of none unless the squares were wanted.
        squares: Squares of what each packed row contributed to them, summed (inputs, features); of no inputs if not
            wanted.
        by_row: Of what each packed row reads (rows, features); of no rows if the squares were wanted.
        prefix: Of what each review of a block reads in the shared prefix, for each block (prefix, rows, features); of
            no steps if the squares were wanted.
        kernel, recurrent_kernel, bias: Of the weights, as Keras lays them out.
    """

    inputs: Array
    squares: Array
    by_row: Array
    prefix: Sequence[Array]
    kernel: Array
    recurrent_kernel: Array
    bias: Array


def backward(options: LayerOptions, forward_pass: ForwardPass, gradient: Array, squared: bool) -> Gradients:
    """Returns what the gradient of a recurrence's output comes to.

    Args:
        options: How it read.
        forward_pass: What ``forward`` left.
        gradient: Of its output.
        squared: Whether the squares of the inputs' gradients are wanted, which packed rows share; or else what each row
            contributes to them.
    """
    arrays, batch = forward_pass.arrays, forward_pass.batch
    features = len(forward_pass.kernel)
    by_row = np.empty((0 if squared else len(batch.source), features), np.float32)

    def run(block: Packing) -> GradientSums:
        sums = _nothing(forward_pass, block, by_row, squared)
        if options.every_step:
            how = masking(options, forward_pass.mask)
            by_step = pack_output_gradients(gradient, block, *how, options.zero_masked)
        else:
            by_step = gradient[block.order][np.newaxis]
        recurrence.backward(arrays, block, by_step, sums)
        return sums

    shares = worth_sharing(len(batch.source), forward_pass.kernel.shape[1])
    blocks = threads.collect(run, batch.blocks, shares)
    whole = _joined(blocks)
    recurrence.backward_prefix(arrays, whole.entering, whole)
    of_inputs = np.empty((len(whole.squares), features), np.float32)
    if forward_pass.shared:
        _finish_inputs(forward_pass, blocks, of_inputs)
    return Gradients(
        inputs=of_inputs,
        squares=whole.squares,
        by_row=by_row,
        prefix=[each.prefix for each in blocks],
        kernel=whole.kernel,
        recurrent_kernel=whole.recurrent_kernel,
        bias=np.stack([whole.bias, whole.recurrent_bias]) if len(whole.recurrent_bias) else whole.bias,
    )


def _nothing(forward_pass: ForwardPass, block: Packing, by_row: Array, squared: bool) -> GradientSums:
    arrays, kernel, rows, prefix = forward_pass.arrays, forward_pass.kernel, len(block.order), block.prefix
    shared, (features, width) = len(forward_pass.inputs) if forward_pass.shared else 0, kernel.shape

    def zeros(*shape: int) -> Array:
        return np.zeros(shape, np.float32)

    return GradientSums(
        place=arrays.place,
        kernel_T=np.ascontiguousarray(kernel.T),
        recurrent_kernel=np.zeros_like(arrays.recurrent_kernel),
        recurrent_bias=zeros(arrays.recurrent_bias.size),
        by_input=zeros(shared, width),  # of each block its own: many read the same word
        vectors=forward_pass.inputs[: 0 if shared else None],
        kernel=zeros(features, width),
        bias=zeros(width),
        by_row=by_row,
        squares=zeros(shared if squared else 0, features),
        followed=FOLLOWED_FOR_SQUARES if squared else FOLLOWED,
        entering=zeros(prefix, len(arrays.states), arrays.states.shape[2]),
        prefix=zeros(0 if squared else prefix, rows, features),
        prefix_squares=zeros(prefix if squared else 0, features),
    )


def _joined(blocks: Sequence[GradientSums]) -> GradientSums:
    """Returns the first block's sums, to which those of the others are added, but for what is summed by input.

    In their order, for sums are rounded.
    """
    whole = blocks[0]
    for each in blocks[1:]:
        for name in ("recurrent_kernel", "recurrent_bias", "kernel", "bias", "entering"):
            total: Array = getattr(whole, name)
            total += getattr(each, name)
    return whole


def _finish_inputs(forward_pass: ForwardPass, blocks: Sequence[GradientSums], of_inputs: Array) -> None:
    """Joins what is summed by input, and adds what it comes to for kernel and bias to the first block's.

    Args:
        forward_pass: What ``forward`` left.
        blocks: Their sums.
        of_inputs: Receives the gradients of the inputs (inputs, features); of no inputs if not wanted.
    """
    whole, (kernel, inputs) = blocks[0], (forward_pass.kernel, forward_pass.inputs)

    def finish(at: slice) -> tuple[Array, Array]:
        by_input, squares = whole.by_input[at], whole.squares[at]
        for each in blocks[1:]:
            by_input += each.by_input[at]
            squares += each.squares[at]
        if len(of_inputs):
            np.dot(by_input, kernel.T, of_inputs[at])
        # The latter is a sum; NumPy's own takes ten times as long.
        return np.dot(inputs[at].T, by_input), np.dot(np.ones(len(by_input), np.float32), by_input)

    for of_kernel, of_bias in threads.collect(finish, parts(len(inputs)), worth_sharing(*whole.by_input.shape)):
        np.add(whole.kernel, of_kernel, whole.kernel)
        np.add(whole.bias, of_bias, whole.bias)
