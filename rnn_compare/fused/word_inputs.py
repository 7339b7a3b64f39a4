"""A recurrent layer that reads word ids through an embedding, and hands back a small gradient of the embedding.

Each word of a batch is projected once, however often it occurs. And where Keras hands its optimizers the embedding's
gradient as one row for each place, 64,000 for 128 reviews of 500 words, two for each word are enough, the sum of its
rows and (Keras squares row by row) the sum of their squares: RMSprop, Adam and SGD ask for nothing else.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.fused.packing import Mask, pack
from rnn_compare.fused.sequences import ForwardPass, LayerOptions


@dataclass(frozen=True)
class WordPass:
    """What the forward pass leaves for the backward pass.

    Attributes:
        recurrence: That of the recurrence.
        words: The ids that occur (distinct,).
        place: For each packed row the place of its word in ``words`` (rows,).
    """

    recurrence: ForwardPass
    words: Indices
    place: Indices


@dataclass(frozen=True)
class WordGradients:
    """The gradient of an embedding.

    Attributes:
        words: The ids that were read (distinct,).
        sums: The gradients of each, summed over the places where it was read (distinct, features).
        squares: Their squares, summed likewise: Keras' optimizers square what each place contributes.
    """

    words: Indices
    sums: Array
    squares: Array


def forward(
    options: LayerOptions,
    mask: Mask | None,
    ids: Indices,
    table: Array,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
) -> tuple[Array, WordPass]:
    """Reads a batch.

    Args:
        options: How.
        mask: True where a word is to be read (batch, timesteps).
        ids: Word ids (batch, timesteps), each below 2²⁴.
        table: The embedding (vocabulary, features).
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    as_vectors = ids.astype(np.float32)[:, :, np.newaxis]  # packing compares and moves vectors; these have one number
    batch, packed = pack(as_vectors, mask, options.backwards, recurrent_kernel.shape[1])
    words, place = distinct(packed[:, 0].astype(np.int64), len(table))
    output, recurrence = sequences.forward(options, batch, mask, table[words], place, kernel, recurrent_kernel, bias)
    return output, WordPass(recurrence, words, place)


def backward(options: LayerOptions, read: WordPass, gradient: Array) -> tuple[WordGradients, Array, Array, Array]:
    """Returns the gradients of the embedding, kernel, recurrent kernel and bias from the output's."""
    found = sequences.backward(options, read.recurrence, gradient, of_words=True)
    of_words = WordGradients(read.words, found.inputs, found.squares)
    return of_words, found.kernel, found.recurrent_kernel, found.bias


def gradients_of_places(ids: Indices, gradients: Array, vocabulary_size: int) -> WordGradients:
    """Returns the embedding's gradient from that of what was read at each place.

    Args:
        ids: Word ids (batch, timesteps).
        gradients: Of each place (batch, timesteps, features).
        vocabulary_size: Of the embedding.
    """
    words, place = distinct(ids.ravel(), vocabulary_size)
    sums, squares = _summed(place, gradients.reshape(len(place), -1), len(words))
    return WordGradients(words, sums, squares)


@compiled
def _summed(place: Indices, rows: Array, words: int) -> tuple[Array, Array]:
    features = rows.shape[1]
    sums, squares = np.zeros((words, features), np.float32), np.zeros((words, features), np.float32)
    for k in range(len(place)):
        row, total, squared = rows[k], sums[place[k]], squares[place[k]]
        for j in range(features):
            total[j] += row[j]
        for j in range(features):
            squared[j] += row[j] * row[j]
    return sums, squares


@compiled
def distinct(ids: Indices, vocabulary_size: int) -> tuple[Indices, Indices]:
    """Returns the distinct ids and, for each id, its place among them."""
    places = np.full(vocabulary_size, -1, np.int64)
    words, place = np.empty(min(vocabulary_size, len(ids)), np.int64), np.empty(len(ids), np.int64)
    count = 0
    for k in range(len(ids)):
        if places[ids[k]] < 0:
            places[ids[k]] = count
            words[count] = ids[k]
            count += 1
        place[k] = places[ids[k]]
    return words[:count].copy(), place
