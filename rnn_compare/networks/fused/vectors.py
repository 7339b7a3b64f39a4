"""A recurrent layer that reads vectors and hands back the gradient of each: a drop-in for Keras' layer."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.networks.fused import sequences
from rnn_compare.networks.fused.arithmetic import Array, Indices, compiled
from rnn_compare.networks.fused.packing import Mask, pack
from rnn_compare.networks.fused.sequences import NO_MASK, Reading, Run


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
    W_input = np.dot(packed, kernel)  # noqa: N806  # the textbook's letter
    output, run = sequences.forward(reading, packing, mask, W_input, recurrent_kernel, bias)
    return output, Tape(run, x.shape, packed, kernel)


def backward(reading: Reading, tape: Tape, gradient: Array) -> tuple[Array, Array, Array, Array]:
    """Returns the gradients of vectors, kernel, recurrent kernel and bias from that of the output."""
    found, packing = sequences.backward(reading, tape.run, gradient), tape.run.packing
    timesteps, real = tape.shape[1], packing.offsets[-1]
    dx = np.zeros(tape.shape, np.float32)
    _scatter(dx, packing.source[:real], np.dot(found.gates[:real], tape.kernel.T))
    steps, reviews = found.shared_at
    at = timesteps - 1 - steps if reading.backwards else steps
    _scatter(dx, reviews * timesteps + at, np.dot(found.shared, tape.kernel.T))
    dkernel = np.dot(tape.packed.T, found.gates)
    return dx, dkernel, found.recurrent_kernel, sequences.bias_gradient(reading.cell, found.gates, found)


@compiled
def _scatter(target: Array, rows: Indices, values: Array) -> None:
    flat = target.reshape(-1, target.shape[-1])
    for i in range(len(values)):
        flat[rows[i]] = values[i]
