"""A recurrent layer that reads word ids through an embedding, and hands back a small gradient of the embedding.

Each word of a batch is projected once, however often it occurs; under dropout, once for each review that holds it.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequence_gradients, sequences
from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.fused.dropped_words import DroppedWords, drop
from rnn_compare.fused.packing import Mask, pack
from rnn_compare.fused.prefetch import AHEAD, prefetch
from rnn_compare.fused.sequences import ForwardPass, LayerOptions
from rnn_compare.fused.word_gradients import WordGradients, distinct


@dataclass(frozen=True)
class WordPass:
    """What the forward pass leaves for the backward pass.

    Attributes:
        recurrence: That of the recurrence.
        words: The ids that occur (distinct,): of words, or of what dropout has left a review of one.
        dropped: What dropout has left, if it was at work.
    """

    recurrence: ForwardPass
    words: Indices
    dropped: DroppedWords | None


def forward(
    options: LayerOptions,
    mask: Mask | None,
    ids: Indices,
    table: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    *,
    dropout_mask: Array | None = None,
) -> tuple[Array, WordPass]:
    """Reads a batch.

    Args:
        options: How.
        mask: True where a word is to be read (batch, timesteps).
        ids: Word ids (batch, timesteps), each below 2²⁴.
        table: The embedding (vocabulary, features).
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.
        dropout_mask: What each review's vectors are multiplied by (batch, features); None without dropout.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    dropped = None if dropout_mask is None else drop(ids, table, dropout_mask)
    if dropped is not None:
        ids, table = dropped.ids, dropped.vectors
    as_vectors = ids.astype(np.float32)[:, :, np.newaxis]  # packing compares and moves vectors; these have one number
    batch, packed = pack(as_vectors, mask, options.backwards, recurrent_kernel.shape[1])
    words, place = distinct(packed[:, 0].astype(np.int64), len(table))
    vectors = _vectors(table, words)
    output, recurrence = sequences.forward(options, batch, mask, vectors, place, kernel, recurrent_kernel, bias)
    return output, WordPass(recurrence, words, dropped)


def backward(options: LayerOptions, read: WordPass, gradient: Array) -> tuple[WordGradients, Array, Array, Array]:
    """Returns the gradients of the embedding, kernel, recurrent kernel and bias from the output's."""
    found = sequence_gradients.backward(options, read.recurrence, gradient, squared=True)
    embedding = WordGradients(read.words, found.inputs, found.squares)
    if read.dropped is not None:
        embedding = read.dropped.gradient(embedding)
    return embedding, found.kernel, found.recurrent_kernel, found.bias


@compiled
def _vectors(table: Array, words: Indices) -> Array:
    found = np.empty((len(words), table.shape[1]), np.float32)
    for k in range(len(words)):
        if k + AHEAD < len(words):
            prefetch(table, words[k + AHEAD])
        row, vector = table[words[k]], found[k]
        for j in range(len(row)):
            vector[j] = row[j]
    return found
