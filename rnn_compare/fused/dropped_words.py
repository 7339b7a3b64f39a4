"""Words under dropout, which leaves each review other features of them, the same at each timestep.

So a word is projected once for each review that holds it, its padding included, instead of once for each place.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.fused.word_gradients import WordGradients, distinct


@dataclass(frozen=True)
class DroppedWords:
    """Words of which dropout has left each review other features: one for each word that a review holds.

    Attributes:
        ids: Which one stands where (batch, timesteps).
        vectors: What dropout has left of their embedding (reviews' words, features).
        words: Whose they are (reviews' words,).
        left: What dropout has multiplied them by (reviews' words, features).
        vocabulary_size: Of the embedding.
    """

    ids: Indices
    vectors: Array
    words: Indices
    left: Array
    vocabulary_size: int

    def gradient(self, found: WordGradients) -> WordGradients:
        """Returns the embedding's gradient from that of the vectors."""
        left = self.left[found.words]
        words, place = distinct(self.words[found.words], self.vocabulary_size)
        sums, squares = (np.zeros((len(words), left.shape[1]), np.float32) for _ in range(2))
        _add_up(place, found.sums * left, sums)
        _add_up(place, found.squares * left * left, squares)
        return WordGradients(words, sums, squares)


def drop(ids: Indices, table: Array, dropout_mask: Array) -> DroppedWords:
    """Multiplies each review's words by what dropout leaves of it.

    Args:
        ids: Word ids (batch, timesteps).
        table: The embedding (vocabulary, features).
        dropout_mask: What each review's vectors are multiplied by (batch, features).
    """
    words, reviews, own = _of_each_review(ids, len(table))
    left = dropout_mask[reviews]
    return DroppedWords(own, table[words] * left, words, left, len(table))


@compiled
def _of_each_review(ids: Indices, vocabulary_size: int) -> tuple[Indices, Indices, Indices]:
    places = np.full(vocabulary_size, -1, np.int64)
    words, reviews, own = np.empty(ids.size, np.int64), np.empty(ids.size, np.int64), np.empty_like(ids)
    count = 0
    for review in range(len(ids)):
        first = count
        for t in range(ids.shape[1]):
            word = ids[review, t]
            if places[word] < first:  # not met in this review
                places[word], words[count], reviews[count] = count, word, review
                count += 1
            own[review, t] = places[word]
    return words[:count].copy(), reviews[:count].copy(), own


@compiled
def _add_up(place: Indices, rows: Array, sums: Array) -> None:
    for k in range(len(place)):
        row, total = rows[k], sums[place[k]]
        for j in range(len(row)):
            total[j] += row[j]
