"""A recurrent layer that reads vectors and hands back the gradient of each: a drop-in for Keras' layer."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.packing import Mask, pack
from rnn_compare.fused.sequences import NO_MASK, Reading, Run


@dataclass(frozen=True)
class Tape:
    """What the way forward leaves for the way back."""

    run: Run
    shape: tuple[int, int, int]
    packed: Array
    kernel: Array


def forward(
    reading: Reading, mask: Mask | None, x: Array, kernel: Array, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Tape]:
    """Reads a batch.

    Args:
        reading: How.
        mask: True where a vector is to be read (batch, timesteps).
        x: Vectors (batch, timesteps, features).
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    packing, packed = pack(x, NO_MASK if mask is None else mask, mask is not None, reading.backwards)
    own = np.arange(len(packed))
    output, run = sequences.forward(reading, packing, mask, np.dot(packed, kernel), own, recurrent_kernel, bias)
    return output, Tape(run, x.shape, packed, kernel)


def backward(reading: Reading, tape: Tape, gradient: Array) -> tuple[Array, Array, Array, Array]:
    """Returns the gradients of vectors, kernel, recurrent kernel and bias from that of the output."""
    sums = sequences.backward(reading, tape.run, gradient, len(tape.packed), tape.kernel, of_words=False)
    packing = tape.run.packing
    batch, timesteps, features = tape.shape
    real, prefix = packing.offsets[-1], packing.prefix
    by_row = np.dot(sums.by_input, tape.kernel.T)
    dx = np.zeros((batch * timesteps, features), np.float32)
    dx[packing.source[:real]] = by_row[:real]
    # What single reviews, followed for a while only, leave of the prefix's gradient goes to one that has all of it.
    sums.prefix[:, -1] += by_row[-1 - prefix : -1] - sums.prefix.sum(axis=1)
    by_review = dx.reshape(tape.shape)[:, :: -1 if reading.backwards else 1]
    for row, begin in enumerate(packing.begins[: batch if prefix else 0]):
        by_review[packing.order[row], :begin] = sums.prefix[:begin, row]
    dkernel = np.dot(tape.packed.T, sums.by_input)
    return dx.reshape(tape.shape), dkernel, sums.recurrent_kernel, sequences.bias_gradient(reading.cell, sums)
