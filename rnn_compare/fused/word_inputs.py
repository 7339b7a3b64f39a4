"""A recurrent layer that reads word ids through an embedding, and hands back a small gradient of the embedding.

Each word of a batch is projected once, however often it occurs. And where Keras hands its optimizers the embedding's
gradient as one row for each place, 64,000 for 128 reviews of 500 words, few are enough: what RMSprop, Adam and SGD
make of them depends, for each word, on the sum of its rows and (Keras squares row by row) the sum of their squares.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.fused.packing import Mask, PackedBatch, pack
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


def backward(options: LayerOptions, read: WordPass, gradient: Array) -> tuple[Indices, Array, Array, Array, Array]:
    """Returns the gradients of the embedding (ids, rows), kernel, recurrent kernel and bias from the output's."""
    found = sequences.backward(options, read.recurrence, gradient, of_words=True)
    place, rows = fewest_rows(found.inputs, found.squares, occurrences(read.recurrence.batch, read.place))
    return read.words[place], rows, found.kernel, found.recurrent_kernel, found.bias


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


def occurrences(batch: PackedBatch, place: Indices) -> Indices:
    """Returns how often each word is read, in the shared prefix by each review (words,)."""
    words = place.max() + 1
    times = np.bincount(place[batch.own_rows()], minlength=words)
    in_prefix = sum(block.active[-1] - block.active[: batch.prefix] for block in batch.blocks)
    np.add.at(times, place[batch.first :][: batch.prefix], in_prefix)
    return times


@compiled
def fewest_rows(sums: Array, squares: Array, times: Indices) -> tuple[Indices, Array]:
    """Returns few gradient rows that have the given sum and sum of squares for each word.

    A word with n occurrences, sum s and sum of squares q gets m ≤ n + 1 rows s/m ± d with the d that makes their
    squares q. There is one where m·q ≥ s²: two rows do for most words, and n + 1 for any.

    Args:
        sums: Sum of the gradients of each word (words, features).
        squares: Sum of their squares (words, features).
        times: Occurrences of each word (words,).

    Returns:
        For each row its word's place (rows,), and the rows (rows, features).
    """
    words, features = sums.shape
    needed = np.ones(words, np.int64)
    for at in range(words):
        if times[at] > 1:
            needed[at] = _rows_needed(sums[at], squares[at], times[at])
    place, rows = np.empty(needed.sum(), np.int64), np.empty((needed.sum(), features), np.float32)
    k = 0
    for at in range(words):
        share = np.float32(1) / np.float32(needed[at])
        for row in range(needed[at]):
            sign = np.float32(0) if needed[at] == 1 else np.float32(1 - 2 * (row % 2))
            place[k] = at
            for j in range(features):
                mean = sums[at, j] * share
                rows[k, j] = mean + sign * np.sqrt(max(squares[at, j] * share - mean * mean, np.float32(0)))
            k += 1
    return place, rows


@compiled
def _rows_needed(sums: Array, squares: Array, times: int) -> int:
    needed = 2  # always an even number: as many rows above the mean as below
    for j in range(len(sums)):
        while needed < times and np.float32(needed) * squares[j] < sums[j] * sums[j]:
            needed += 2
    return needed
