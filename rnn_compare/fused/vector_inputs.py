"""A recurrent layer that reads vectors and hands back the gradient of each: a drop-in for Keras' layer."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.packing import Mask, pack
from rnn_compare.fused.sequences import NO_MASK, ForwardPass, LayerOptions


@dataclass(frozen=True)
class VectorPass:
    """What the forward pass leaves for the backward pass."""

    recurrence: ForwardPass
    shape: tuple[int, int, int]
    packed: Array
    kernel: Array


def forward(
    options: LayerOptions, mask: Mask | None, x: Array, kernel: Array, recurrent_kernel: Array, bias: Array
) -> tuple[Array, VectorPass]:
    """Reads a batch.

    Args:
        options: How.
        mask: True where a vector is to be read (batch, timesteps).
        x: Vectors (batch, timesteps, features).
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    packing, packed = pack(x, NO_MASK if mask is None else mask, mask is not None, options.backwards)
    own = np.arange(len(packed))
    output, recurrence = sequences.forward(options, packing, mask, np.dot(packed, kernel), own, recurrent_kernel, bias)
    return output, VectorPass(recurrence, x.shape, packed, kernel)


def backward(options: LayerOptions, read: VectorPass, gradient: Array) -> tuple[Array, Array, Array, Array]:
    """Returns the gradients of vectors, kernel, recurrent kernel and bias from that of the output."""
    sums = sequences.backward(options, read.recurrence, gradient, read.kernel, of_words=False)
    packing = read.recurrence.packing
    batch, timesteps, features = read.shape
    real, prefix = packing.offsets[-1], packing.prefix
    by_row = np.dot(sums.by_input, read.kernel.T)
    dx = np.zeros((batch * timesteps, features), np.float32)
    dx[packing.source[:real]] = by_row[:real]
    # What single reviews, followed for a while only, leave of the prefix's gradient goes to one that has all of it.
    sums.prefix[:, -1] += by_row[-1 - prefix : -1] - sums.prefix.sum(axis=1)
    by_review = dx.reshape(read.shape)[:, :: -1 if options.backwards else 1]
    for row, begin in enumerate(packing.begins[: batch if prefix else 0]):
        by_review[packing.order[row], :begin] = sums.prefix[:begin, row]
    dkernel = np.dot(read.packed.T, sums.by_input)
    return dx.reshape(read.shape), dkernel, sums.recurrent_kernel, sequences.bias_gradient(sums)
