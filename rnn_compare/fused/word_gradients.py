"""The gradient of an embedding, by word.

Where Keras hands its optimizers the embedding's gradient as one row for each place, 64,000 for 128 reviews of 500
words, two for each word are enough, the sum of its rows and (Keras squares row by row) the sum of their squares:
RMSprop, Adam and SGD ask for nothing else.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, compiled


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
