"""The recurrence over a whole batch, forward and backward, on packed arrays.

In the backward pass each block sums its own gradients, and these are added in the order of blocks: sums are rounded.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import recurrence, threads
from rnn_compare.fused.arithmetic import Array, Indices, compiled, multiply
from rnn_compare.fused.cell_kernel import CellArrays, CellKernel
from rnn_compare.fused.kernel_source import FUNCTIONS
from rnn_compare.fused.packing import Block, Mask, PackedBatch, pack_output_gradients, unpack
from rnn_compare.fused.recurrence import CHUNK, CONDENSED, GradientSums, Scratch

WORTH_SHARING = 400_000
"""Pre-activations of a batch (timesteps · gates · units) from which on several threads are faster: a third of a
millisecond's work. Multiplying inputs by the kernel takes a fourth of that for each."""

PARTS = 4
"""The number of parts of a batch's inputs that threads share."""


@dataclass(frozen=True)
class LayerOptions:
    """Options of a layer, named as in Keras.

    Attributes:
        cell: The compiled kernel of the layer's cell.
        go_backwards: Whether to read each review from its end. (Outputs are in the order of the text all the same.)
        return_sequences: Whether to return the state after every timestep instead of the last one.
        zero_output_for_mask: Whether to return zeros at masked timesteps instead of the previous state.
    """

    cell: CellKernel
    go_backwards: bool = False
    return_sequences: bool = False
    zero_output_for_mask: bool = False


@dataclass(frozen=True)
class ForwardPass:
    """Values of the forward pass that the backward pass needs.

    Attributes:
        options: Layer options.
        arrays: The arrays of the cell.
        batch: The layout of the batch.
        inputs: The vectors that were read: one for each packed row, or each distinct word (inputs, features).
        shared: Whether several packed rows may read the same input.
        weights: The layer's weights.
    """

    options: LayerOptions
    arrays: CellArrays
    batch: PackedBatch
    inputs: Array
    shared: bool
    weights: Sequence[Array]

    @property
    def kernel(self) -> Array:
        """The layer's kernel (features, gates · units)."""
        return self.weights[0]


def forward(
    options: LayerOptions, batch: PackedBatch, inputs: Array, index: Indices | None, weights: Sequence[Array]
) -> tuple[Array, ForwardPass]:
    """Runs the recurrence over a batch.

    Args:
        options: Layer options.
        batch: The layout of the batch.
        inputs: The vectors to read (inputs, features).
        index: The input of each packed row (rows,); None if each row has its own.
        weights: The layer's weights in Keras' layout.

    Returns:
        The last states (reviews, units) or all (reviews, timesteps, units), and what ``backward`` needs.
    """
    (kernel, *recurrent, bias), cell, rows = weights, options.cell.cell, len(batch.source)
    width, units = kernel.shape[1], kernel.shape[1] // cell.blocks
    recurrent_kernel = recurrent[0].reshape(-1, width) if recurrent else np.empty((0, width), np.float32)
    bias = np.ascontiguousarray(bias)
    recurrent_bias = bias[1] if bias.ndim == 2 else np.zeros(width if cell.splits_gradients else 0, np.float32)
    states = np.empty((len(cell.states), rows, units), np.float32)
    states[:, -1] = 0  # before the first step, of the prefix or else of all
    arrays = CellArrays(
        W_inputs=_project(inputs, kernel, bias if bias.ndim == 1 else bias[0]).reshape(len(inputs), -1, units),
        input_index=np.arange(rows) if index is None else np.ascontiguousarray(index),
        states=states,
        activations=np.empty((rows, len(cell.stored), units), np.float32),
        recurrent_kernel=np.ascontiguousarray(recurrent_kernel),
        U_T=np.ascontiguousarray(recurrent_kernel.T),
        recurrent_bias=recurrent_bias.reshape(-1, units),
        **(options.cell.addresses if len(batch.blocks[0].active) > 1 else dict.fromkeys(FUNCTIONS, 0)),
    )

    def run(block: Block) -> None:
        products = np.empty((len(block.order), cell.blocks, units), np.float32)
        recurrence.forward(arrays, block, products, np.empty((len(block.order), units), np.float32))

    if batch.prefix:
        run(batch.prefix_block)
    shares = worth_sharing(rows, width)
    threads.for_each(run, batch.blocks, shares)
    forward_pass = ForwardPass(options, arrays, batch, inputs, index is not None, weights)
    reviews = sum(len(block.order) for block in batch.blocks)
    if options.return_sequences:
        outputs = np.zeros((reviews, len(batch.blocks[0].active) - 1, units), np.float32)
        masking = _masking(forward_pass)
        threads.for_each(lambda block: unpack(states[0], block, *masking, outputs), batch.blocks, shares)
        return outputs, forward_pass
    output = np.empty((reviews, units), np.float32)
    for block in batch.blocks:
        output[block.order] = states[0, block.offsets[-1] :][: len(block.order)]
    return output, forward_pass


def _project(inputs: Array, kernel: Array, bias: Array) -> Array:
    projected = np.empty((len(inputs), kernel.shape[1]), np.float32)
    slices = parts(len(inputs), projected.size >= 4 * WORTH_SHARING)
    threads.for_each(lambda at: project(inputs[at], kernel, bias, projected[at]), slices)
    return projected


@compiled
def project(inputs: Array, kernel: Array, bias: Array, projected: Array) -> None:
    """Writes W·input + b for each input (inputs, features)."""
    for begin in range(0, len(inputs), CHUNK):
        rows = projected[begin : begin + CHUNK]
        multiply(inputs[begin : begin + CHUNK], kernel, rows)
        for row in range(len(rows)):
            for j in range(len(bias)):
                rows[row, j] += bias[j]


def worth_sharing(rows: int, width: int) -> bool:
    """Tells whether several threads are faster for so many rows (or inputs) and columns of the kernel."""
    return rows * width >= WORTH_SHARING


def parts(inputs: int, sharing: bool) -> list[slice]:
    """Returns slices of the inputs for threads to share, or one; as many for any number of threads."""
    ends = [inputs * k // PARTS for k in range(PARTS + 1)] if sharing else [0, inputs]
    return [slice(*bounds) for bounds in itertools.pairwise(ends)]


def _masking(forward_pass: ForwardPass) -> tuple[Mask, bool, bool]:
    batch = forward_pass.batch
    return batch.mask, batch.go_backwards, forward_pass.options.zero_output_for_mask


CUTOFF = np.float32(1e-6)
CUTOFF_FOR_SQUARES = np.float32(1e-4)
"""See ``GradientSums.cutoff``. The squares left out are below the square of this, relative to the largest."""


@dataclass(frozen=True)
class Gradients:
    """Gradients of a recurrence's inputs and weights.

    Attributes:
        inputs: Gradient of each input (inputs, features), summed over the packed rows that read it; of no inputs unless
            wanted.
        squares: The squares of the rows' contributions to it, summed likewise.
        by_row: Gradient of each packed row's input (rows, features); of no rows if ``inputs`` was wanted.
        prefix: For each block the gradients of what each review reads in the shared prefix (prefix, rows, features); of
            no steps if ``inputs`` was wanted.
        weights: Gradients of the layer's weights in Keras' layout.
    """

    inputs: Array
    squares: Array
    by_row: Array
    prefix: Sequence[Array]
    weights: Sequence[Array]


def backward(forward_pass: ForwardPass, gradient: Array, by_input: bool) -> Gradients:
    """Backpropagates the gradient of a recurrence's output through time to its inputs and weights.

    Args:
        forward_pass: The result of ``forward``.
        gradient: Gradient of its output.
        by_input: Whether the inputs' gradients and their squares are wanted by input, not by packed row.
    """
    arrays, batch, features = forward_pass.arrays, forward_pass.batch, len(forward_pass.kernel)
    by_row = np.empty((0 if by_input else len(batch.source), features), np.float32)

    def run(block: Block) -> GradientSums:
        sums = _zero_sums(forward_pass, block, by_row, by_input)
        if forward_pass.options.return_sequences:
            by_step = pack_output_gradients(gradient, block, *_masking(forward_pass))
        else:
            by_step = gradient[block.order][np.newaxis]
        recurrence.backward(arrays, block, by_step[:, np.newaxis], sums, _scratch(forward_pass, block))
        return sums

    blocks = threads.collect(run, batch.blocks, worth_sharing(len(batch.source), forward_pass.kernel.shape[1]))
    total = blocks[0]
    for sums in blocks[1:]:
        for name in ("recurrent_kernel", "recurrent_bias", "kernel", "bias", "entering"):
            np.add(getattr(total, name), getattr(sums, name), getattr(total, name))
    if batch.prefix:  # each block has added the squares of its own reviews
        of_prefix = total._replace(squares=np.empty((0, features), np.float32))
        scratch = _scratch(forward_pass, batch.prefix_block)
        recurrence.backward(arrays, batch.prefix_block, total.entering[:, :, np.newaxis], of_prefix, scratch)
    inputs = np.empty((len(total.squares), features), np.float32)
    if forward_pass.shared:
        _add_shared_inputs(forward_pass, blocks, inputs)
    recurrent = [total.recurrent_kernel.reshape(tensor.shape) for tensor in forward_pass.weights[1:-1]]
    bias = np.stack([total.bias, total.recurrent_bias]) if forward_pass.weights[-1].ndim == 2 else total.bias
    return Gradients(inputs, total.squares, by_row, [sums.prefix for sums in blocks], [total.kernel, *recurrent, bias])


def _zero_sums(forward_pass: ForwardPass, block: Block, by_row: Array, by_input: bool) -> GradientSums:
    arrays, kernel, rows, prefix = forward_pass.arrays, forward_pass.kernel, len(block.order), block.prefix
    shared, (features, width) = len(forward_pass.inputs) if forward_pass.shared else 0, kernel.shape
    kinds, _, units = arrays.states.shape

    def zeros(*shape: int) -> Array:
        return np.zeros(shape, np.float32)

    return GradientSums(
        kernel_T=np.ascontiguousarray(kernel.T),
        recurrent_kernel=np.zeros_like(arrays.recurrent_kernel),
        recurrent_bias=zeros(arrays.recurrent_bias.size),
        by_input=zeros(shared, width),  # one for each block, as several read the same word
        vectors=forward_pass.inputs[: 0 if shared else None],
        kernel=zeros(features, width),
        bias=zeros(width),
        by_row=by_row,
        squares=zeros(shared if by_input else 0, features),
        cutoff=CUTOFF_FOR_SQUARES if by_input else CUTOFF,
        most=int(CONDENSED * kinds * units) if by_input and not forward_pass.options.return_sequences else rows,
        entering=zeros(prefix, kinds, units),
        prefix=zeros(0 if by_input else prefix, rows, features),
    )


def _scratch(forward_pass: ForwardPass, block: Block) -> Scratch:
    (features, width), (kinds, _, units) = forward_pass.kernel.shape, forward_pass.arrays.states.shape
    batch, rows, numbers = len(block.order), max(CHUNK, len(block.order)), kinds * units
    dgates, dx = (np.empty(shape, np.float32) for shape in ((rows + batch, width), (rows, features)))
    dproducts = np.empty_like(dgates) if forward_pass.options.cell.cell.splits_gradients else dgates
    dstates, recalled = np.zeros((kinds, batch, units), np.float32), np.empty((rows, units), np.float32)
    return Scratch(dstates, dgates, dproducts, recalled, dx, np.empty((numbers + 1, numbers)))


def _add_shared_inputs(forward_pass: ForwardPass, blocks: Sequence[GradientSums], gradients: Array) -> None:
    """Adds the blocks' sums by input, and from these the gradients of kernel and bias, to those of the first block.

    Args:
        forward_pass: The result of ``forward``.
        blocks: The sums of the blocks.
        gradients: Receives the gradients of the inputs (inputs, features); of no inputs if not wanted.
    """
    total, (kernel, inputs) = blocks[0], (forward_pass.kernel, forward_pass.inputs)

    def finish(at: slice) -> tuple[Array, Array]:
        by_input, squares = total.by_input[at], total.squares[at]
        for sums in blocks[1:]:
            by_input += sums.by_input[at]
            squares += sums.squares[at]
        if len(gradients):
            np.dot(by_input, kernel.T, gradients[at])
        # The latter is a sum; NumPy's own takes ten times as long.
        return np.dot(inputs[at].T, by_input), np.dot(np.ones(len(by_input), np.float32), by_input)

    for of_kernel, of_bias in threads.collect(finish, parts(len(inputs), worth_sharing(*total.by_input.shape))):
        np.add(total.kernel, of_kernel, total.kernel)
        np.add(total.bias, of_bias, total.bias)
