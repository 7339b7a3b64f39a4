"""A recurrent layer that reads word ids through an embedding, and hands back a small gradient of the embedding.

Each word of a batch is projected once, however often it occurs. And where Keras hands its optimizers the embedding's
gradient as one row for each place, 64,000 for 128 reviews of 500 words, few are enough: what RMSprop, Adam and SGD
make of them depends, for each word, on the sum of its rows and (Keras squares row by row) the sum of their squares.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.networks.fused import sequences
from rnn_compare.networks.fused.arithmetic import Array, Indices, compiled
from rnn_compare.networks.fused.packing import Mask, pack
from rnn_compare.networks.fused.sequences import NO_MASK, Reading, Run


@dataclass(frozen=True)
class Tape:
    """What the way forward leaves for the way back.

    Attributes:
        run: Of the recurrence.
        words: The ids that occur (distinct,).
        place: For each packed row the place of its word in ``words`` (rows,).
        vectors: Their vectors (distinct, features).
        kernel: The layer's kernel.
    """

    run: Run
    words: Indices
    place: Indices
    vectors: Array
    kernel: Array


def forward(
    reading: Reading, mask: Mask | None, ids: Indices, table: Array, kernel: Array, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Tape]:
    """Reads a batch.

    Args:
        reading: How.
        mask: True where a word is to be read (batch, timesteps).
        ids: Word ids (batch, timesteps), each below 2²⁴.
        table: The embedding (vocabulary, features).
        kernel, recurrent_kernel, bias: The layer's weights, as Keras lays them out.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    as_vectors = ids.astype(np.float32)[:, :, np.newaxis]  # packing compares and moves vectors; these have one number
    packing, packed = pack(as_vectors, NO_MASK if mask is None else mask, mask is not None, reading.backwards)
    words, place = distinct(packed[:, 0].astype(np.int64), len(table))
    vectors = table[words]
    W_input = np.dot(vectors, kernel)[place]  # noqa: N806  # the textbook's letter
    output, run = sequences.forward(reading, packing, mask, W_input, recurrent_kernel, bias)
    return output, Tape(run, words, place, vectors, kernel)


def backward(reading: Reading, tape: Tape, gradient: Array) -> tuple[Indices, Array, Array, Array, Array]:
    """Returns the gradients of the embedding (ids, rows), kernel, recurrent kernel and bias from the output's."""
    found, packing = sequences.backward(reading, tape.run, gradient), tape.run.packing
    real = packing.offsets[-1]
    first = len(tape.place) - packing.prefix - 1
    by_word = sum_by_word(found.gates, tape.place, len(tape.words))
    squares, times = np.zeros(tape.vectors.shape, np.float32), np.zeros(len(tape.words), np.int64)
    add_squares(squares, times, tape.place[:real], np.dot(found.gates[:real], tape.kernel.T))
    add_squares(squares, times, tape.place[first + found.shared_at[0]], np.dot(found.shared, tape.kernel.T))
    place, rows = fewest_rows(np.dot(by_word, tape.kernel.T), squares, times)
    dkernel = np.dot(tape.vectors.T, by_word)
    return (
        tape.words[place],
        rows,
        dkernel,
        found.recurrent_kernel,
        sequences.bias_gradient(reading.cell, by_word, found),
    )


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


@compiled
def sum_by_word(rows: Array, place: Indices, words: int) -> Array:
    """Adds up the rows (n, width) of each word; returns (words, width)."""
    sums = np.zeros((words, rows.shape[1]), np.float32)
    for k in range(len(rows)):
        at = place[k]
        for j in range(rows.shape[1]):
            sums[at, j] += rows[k, j]
    return sums


@compiled
def add_squares(squares: Array, times: Indices, place: Indices, rows: Array) -> None:
    """Adds the squares of rows (n, features) to those of their words, and counts the rows."""
    for k in range(len(rows)):
        at = place[k]
        times[at] += 1
        for j in range(rows.shape[1]):
            squares[at, j] += rows[k, j] * rows[k, j]


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
