"""One direction of a recurrent layer, forward and backward, on word ids or on the vectors of the layer below.

Each distinct word of a batch is multiplied by the kernel once, however often it occurs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array, Indices
from rnn_compare.fused.embedding import DroppedWords, EmbeddingGradient, distinct, drop
from rnn_compare.fused.packing import Mask, gather, pack, scatter
from rnn_compare.fused.sequences import ForwardPass, LayerOptions


@dataclass(frozen=True)
class LayerPass:
    """Values of the forward pass that the backward pass needs.

    Attributes:
        recurrence: Those of the recurrence.
        shape: Shape of the vectors that were read (batch, timesteps, features).
        dropout_mask: As in ``forward_words``.
    """

    recurrence: ForwardPass
    shape: tuple[int, ...]
    dropout_mask: Array | None


@dataclass(frozen=True)
class WordPass(LayerPass):
    """The same for a layer that reads words.

    Attributes:
        words: The distinct words that were read (distinct,); under dropout the rows of ``dropped``.
        dropped: The words under dropout, if any.
    """

    words: Indices
    dropped: DroppedWords | None


def forward_words(
    options: LayerOptions,
    mask: Mask | None,
    ids: Indices,
    table: Array,
    weights: Sequence[Array],
    dropout_mask: Array | None = None,
) -> tuple[Array, WordPass]:
    """Runs the first layer of a network over a batch of word ids.

    Args:
        options: Layer options.
        mask: True where a word is read (batch, timesteps); None to read all.
        ids: Word ids (batch, timesteps).
        table: The embedding (vocabulary, features).
        weights: The layer's weights in Keras' layout.
        dropout_mask: The factors of each review's vectors (batch, features); None without dropout.

    Returns:
        The last states (batch, units), or with ``return_sequences`` all (batch, timesteps, units); and what the
        backward pass needs.
    """
    shape = (*ids.shape, table.shape[1])
    dropped = None if dropout_mask is None else drop(ids, table, dropout_mask)
    if dropped is not None:
        ids, table = dropped.ids, dropped.vectors
    batch, packed = pack(ids[:, :, np.newaxis], mask, options.go_backwards, weights[0].shape[1])
    words, index = distinct(packed[:, 0], len(table))
    output, recurrence = sequences.forward(options, batch, gather(table[np.newaxis], words), index, weights)
    return output, WordPass(recurrence, shape, dropout_mask, words, dropped)


def forward_vectors(
    options: LayerOptions, mask: Mask | None, x: Array, weights: Sequence[Array], dropout_mask: Array | None = None
) -> tuple[Array, LayerPass]:
    """Runs a layer over a batch of vectors (batch, timesteps, features); otherwise as ``forward_words``."""
    batch, packed = pack(_masked(x, dropout_mask), mask, options.go_backwards, weights[0].shape[1])
    output, recurrence = sequences.forward(options, batch, packed, None, weights)
    return output, LayerPass(recurrence, x.shape, dropout_mask)


def backward_words(layer_pass: WordPass, gradient: Array) -> tuple[EmbeddingGradient, Sequence[Array]]:
    """Returns the gradients of the embedding and of the layer's weights from that of the layer's output."""
    gradients = sequences.backward(layer_pass.recurrence, gradient, by_input=True)
    embedding = EmbeddingGradient(layer_pass.words, gradients.inputs, gradients.squares)
    return layer_pass.dropped.gradient(embedding) if layer_pass.dropped else embedding, gradients.weights


def backward_vectors(layer_pass: LayerPass, gradient: Array) -> tuple[Array, Sequence[Array]]:
    """Returns the gradients of the vectors (batch, timesteps, features) and of the layer's weights from its output's.

    The vectors may be those of words: then this is the gradient of the embedding at each timestep.
    """
    gradients = sequences.backward(layer_pass.recurrence, gradient, by_input=False)
    batch, (reviews, timesteps, features) = layer_pass.recurrence.batch, layer_pass.shape
    flat = np.zeros((reviews * timesteps, features), np.float32)
    scatter(gradients.by_row, batch.source[: batch.prefix_start], flat)
    dx = flat.reshape(layer_pass.shape)
    if batch.prefix:
        # Single reviews are backpropagated through part of the prefix only. The rest of the prefix's gradient is
        # assigned to a review that has all of it.
        rest = gradients.by_row[batch.prefix_start :][: batch.prefix] - sum(p.sum(axis=1) for p in gradients.prefix)
        longest = max(range(len(batch.blocks)), key=lambda k: int(batch.blocks[k].starts[-1]))
        gradients.prefix[longest][:, -1] += rest
        in_reading_order = dx[:, :: -1 if batch.go_backwards else 1]
        for block, prefix in zip(batch.blocks, gradients.prefix, strict=True):
            for row, start in enumerate(block.starts):
                in_reading_order[block.order[row], :start] = prefix[:start, row]
    return _masked(dx, layer_pass.dropout_mask), gradients.weights


def _masked(vectors: Array, dropout_mask: Array | None) -> Array:
    return vectors if dropout_mask is None else vectors * dropout_mask[:, np.newaxis, :]
