"""A recurrence over a whole batch in one call, forward and back, on packed arrays.

Going back, each block adds up its own gradients, and these are joined in the blocks' order: sums are rounded.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import recurrence, threads
from rnn_compare.fused.arithmetic import Array, Indices, compiled, multiply
from rnn_compare.fused.kernels.cell_kernel import CellKernel
from rnn_compare.fused.packing import NO_MASK, Mask, PackedBatch, Packing, pack_output_gradients, unpack
from rnn_compare.fused.sums import STRETCH, GradientSums

WORTH_SHARING = 400_000
"""Numbers of all gates of a batch, or of its inputs' gradients, from which on threads share the work: it takes a third
of a millisecond. Projecting a number takes a fourth of that."""

PARTS = 4
"""Of a batch's inputs, to be shared by threads."""


@dataclass(frozen=True)
class LayerOptions:
    """Options of a layer.

    Attributes:
        kernel: That of the layer's cell.
        backwards: From the end of each review to its beginning.
        every_step: Return the state after every timestep, in the order of reading, instead of the last one.
        zero_masked: Return zeros where a timestep was masked, instead of the state before.
    """

    kernel: type[CellKernel]
    backwards: bool = False
    every_step: bool = False
    zero_masked: bool = False


@dataclass(frozen=True)
class ForwardPass:
    """Results of the forward pass that the backward pass needs.

    Attributes:
        arrays: The cell's arrays.
        batch: What lies where.
        mask: The mask that the batch was packed with.
        inputs: What was read: vectors, or those of the distinct words (inputs, features).
        shared: Whether several packed rows may read the same.
        weights: The layer's weights.
    """

    arrays: CellKernel
    batch: PackedBatch
    mask: Mask | None
    inputs: Array
    shared: bool
    weights: Sequence[Array]

    @property
    def kernel(self) -> Array:
        """The first of the weights."""
        return self.weights[0]


def forward(
    options: LayerOptions,
    batch: PackedBatch,
    mask: Mask | None,
    inputs: Array,
    place: Indices | None,
    weights: Sequence[Array],
) -> tuple[Array, ForwardPass]:
    """Runs the recurrence over a batch.

    Args:
        options: Layer options.
        batch: What lies where.
        mask: The mask that the batch was packed with.
        inputs: What is read (inputs, features).
        place: For each packed row the input that it reads (rows,); None where it is the row's own.
        weights: The layer's weights, as Keras lays them out.

    Returns:
        The last states (reviews, units), or all (reviews, timesteps, units), and what ``backward`` needs.
    """
    (kernel, *recurrent, bias), cell_kernel, rows = weights, options.kernel, len(batch.source)
    width, units = kernel.shape[1], kernel.shape[1] // cell_kernel.blocks
    recurrent_kernel = recurrent[0].reshape(-1, width) if recurrent else np.empty((0, width), np.float32)
    second_bias = bias[1] if bias.ndim == 2 else np.zeros(width if cell_kernel.apart else 0, np.float32)
    states = np.empty((cell_kernel.state_count, rows, units), np.float32)
    states[:, -1] = 0  # before the first step, of the prefix or else of all
    arrays = cell_kernel(
        W_inputs=_project(inputs, kernel, bias if bias.ndim == 1 else bias[0]).reshape(len(inputs), -1, units),
        place=np.arange(rows) if place is None else place,
        states=states,
        activations=np.empty((rows, cell_kernel.activation_count, units), np.float32),
        recurrent_kernel=recurrent_kernel,
        U_T=np.ascontiguousarray(recurrent_kernel.T),
        recurrent_bias=second_bias.reshape(-1, units),
    )
    if batch.prefix:
        recurrence.forward(arrays, batch.prefix_block)
    shares = worth_sharing(rows, kernel.shape[1])
    threads.for_each(lambda block: recurrence.forward(arrays, block), batch.blocks, shares)
    forward_pass = ForwardPass(arrays, batch, mask, inputs, place is not None, weights)
    reviews = sum(len(block.order) for block in batch.blocks)
    if options.every_step:
        outputs = np.zeros((reviews, len(batch.blocks[0].active) - 1, units), np.float32)
        how = masking(options, mask)
        threads.for_each(
            lambda block: unpack(states[0], block, *how, options.zero_masked, outputs), batch.blocks, shares
        )
        return outputs, forward_pass
    output = np.empty((reviews, units), np.float32)
    for block in batch.blocks:
        output[block.order] = states[0, block.offsets[-1] :][: len(block.order)]
    return output, forward_pass


def _project(inputs: Array, kernel: Array, bias: Array) -> Array:
    projected = np.empty((len(inputs), kernel.shape[1]), np.float32)
    at = parts(len(inputs), projected.size >= 4 * WORTH_SHARING)
    threads.for_each(lambda at: project(inputs[at], kernel, bias, projected[at]), at)
    return projected


@compiled
def project(inputs: Array, kernel: Array, bias: Array, projected: Array) -> None:
    """Writes W·input + b for each input (inputs, features)."""
    for begin in range(0, len(inputs), STRETCH):
        rows = projected[begin : begin + STRETCH]
        multiply(inputs[begin : begin + STRETCH], kernel, rows)
        for row in range(len(rows)):
            for j in range(len(bias)):
                rows[row, j] += bias[j]


def worth_sharing(rows: int, width: int) -> bool:
    """Tells whether threads should share so many rows or inputs of a layer whose gates have so many numbers."""
    return rows * width >= WORTH_SHARING


def parts(inputs: int, sharing: bool) -> list[slice]:
    """Returns parts of so many inputs, or one: as many with any number of threads, since sums are rounded."""
    ends = [inputs * k // PARTS for k in range(PARTS + 1)] if sharing else [0, inputs]
    return [slice(*bounds) for bounds in itertools.pairwise(ends)]


def masking(options: LayerOptions, mask: Mask | None) -> tuple[Mask, bool, bool]:
    """Returns mask, whether there is one, and whether it is read backwards, as compiled code takes them."""
    return NO_MASK if mask is None else mask, mask is not None, options.backwards


FOLLOWED = np.float32(1e-6)
FOLLOWED_FOR_SQUARES = np.float32(1e-4)
"""See ``GradientSums.followed``. The squares left out are beside the largest gradient's as the square of this."""


@dataclass(frozen=True)
class Gradients:
    """Gradients of a recurrence's inputs and weights.

    Attributes:
        inputs: Of the inputs (inputs, features); of none unless the squares were wanted.
        squares: Squares of what each packed row contributed to them, summed (inputs, features); of no inputs if not
            wanted.
        by_row: Of what each packed row reads (rows, features); of no rows if the squares were wanted.
        prefix: Of what each review of a block reads in the shared prefix, for each block (prefix, rows, features); of
            no steps if the squares were wanted.
        weights: Of the layer's weights, as Keras lays them out.
    """

    inputs: Array
    squares: Array
    by_row: Array
    prefix: Sequence[Array]
    weights: Sequence[Array]


def backward(options: LayerOptions, forward_pass: ForwardPass, gradient: Array, squared: bool) -> Gradients:
    """Backpropagates the gradient of a recurrence's output to its inputs and weights.

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
        recurrence.backward(arrays, block, by_step[:, np.newaxis], sums)
        return sums

    shares = worth_sharing(len(batch.source), forward_pass.kernel.shape[1])
    blocks = threads.collect(run, batch.blocks, shares)
    whole = _joined(blocks)
    if batch.prefix:  # whose squares each block has added, review by review
        of_prefix = whole._replace(squares=np.empty((0, features), np.float32))
        recurrence.backward(arrays, batch.prefix_block, whole.entering[:, :, np.newaxis], of_prefix)
    of_inputs = np.empty((len(whole.squares), features), np.float32)
    if forward_pass.shared:
        _finish_inputs(forward_pass, blocks, of_inputs)
    recurrent = [whole.recurrent_kernel.reshape(tensor.shape) for tensor in forward_pass.weights[1:-1]]
    bias = np.stack([whole.bias, whole.recurrent_bias]) if forward_pass.weights[-1].ndim == 2 else whole.bias
    return Gradients(
        inputs=of_inputs,
        squares=whole.squares,
        by_row=by_row,
        prefix=[block_sums.prefix for block_sums in blocks],
        weights=[whole.kernel, *recurrent, bias],
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
    )


def _joined(blocks: Sequence[GradientSums]) -> GradientSums:
    """Returns the first block's sums, to which those of the others are added, but for what is summed by input.

    In their order, for sums are rounded.
    """
    whole = blocks[0]
    for block in blocks[1:]:
        for name in ("recurrent_kernel", "recurrent_bias", "kernel", "bias", "entering"):
            total: Array = getattr(whole, name)
            total += getattr(block, name)
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
        for block in blocks[1:]:
            by_input += block.by_input[at]
            squares += block.squares[at]
        if len(of_inputs):
            np.dot(by_input, kernel.T, of_inputs[at])
        # The latter is a sum; NumPy's own takes ten times as long.
        return np.dot(inputs[at].T, by_input), np.dot(np.ones(len(by_input), np.float32), by_input)

    for of_kernel, of_bias in threads.collect(finish, parts(len(inputs), worth_sharing(*whole.by_input.shape))):
        np.add(whole.kernel, of_kernel, whole.kernel)
        np.add(whole.bias, of_bias, whole.bias)
