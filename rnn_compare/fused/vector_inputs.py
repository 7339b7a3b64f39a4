"""A recurrent layer that reads vectors and hands back the gradient of each: a drop-in for Keras' layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.packing import Mask, pack, scatter
from rnn_compare.fused.sequences import ForwardPass, LayerOptions


@dataclass(frozen=True)
class VectorPass:
    """Results of the forward pass that the backward pass needs.

    Attributes:
        recurrence: That of the recurrence, which may have read words.
        shape: Of the inputs (batch, timesteps, features).
    """

    recurrence: ForwardPass
    shape: tuple[int, int, int]


def forward(options: LayerOptions, mask: Mask | None, x: Array, *weights: Array) -> tuple[Array, VectorPass]:
    """Reads a batch.

    Args:
        options: Layer options.
        mask: True where a vector is to be read (batch, timesteps).
        x: Vectors (batch, timesteps, features).
        weights: The layer's weights, as Keras lays them out.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    batch, packed = pack(x, mask, options.backwards, weights[0].shape[1])
    output, recurrence = sequences.forward(options, batch, mask, packed, None, weights)
    return output, VectorPass(recurrence, x.shape)


def backward(options: LayerOptions, forward_pass: VectorPass, gradient: Array) -> tuple[Array, Sequence[Array]]:
    """Returns the gradients of vectors and of the layer's weights from that of the output."""
    gradients = sequences.backward(options, forward_pass.recurrence, gradient, squared=False)
    batch, (reviews, timesteps, features) = forward_pass.recurrence.batch, forward_pass.shape
    dx = np.zeros((reviews * timesteps, features), np.float32)
    scatter(gradients.by_row, batch.source[: batch.first], dx)
    if batch.prefix:
        # What single reviews, followed for a while only, leave of the prefix's gradient goes to one that has all of it.
        rest = gradients.by_row[batch.first :][: batch.prefix] - sum(part.sum(axis=1) for part in gradients.prefix)
        longest = max(range(len(batch.blocks)), key=lambda which: int(batch.blocks[which].begins[-1]))
        gradients.prefix[longest][:, -1] += rest
        by_review = dx.reshape(forward_pass.shape)[:, :: -1 if options.backwards else 1]
        for block, in_prefix in zip(batch.blocks, gradients.prefix, strict=True):
            for row, begin in enumerate(block.begins):
                by_review[block.order[row], :begin] = in_prefix[:begin, row]
    return dx.reshape(forward_pass.shape), gradients.weights
