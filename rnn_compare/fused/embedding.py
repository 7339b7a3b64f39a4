"""Word ids: the distinct words of a batch, and the gradient of an embedding with two rows for each.

Keras hands its optimizers one row of the gradient for each timestep, 64,000 for 128 reviews of 500 words. Two for each
distinct word are enough, their sum and (since Keras squares row by row) the sum of their squares: RMSprop, Adam and SGD
need nothing else.
"""

from dataclasses import dataclass

import numpy as np

from rnn_compare.fused.arithmetic import Array, Indices, add_by_index, compiled


@dataclass(frozen=True)
class EmbeddingGradient:
    """The gradient of an embedding.

    Attributes:
        words: The distinct ids (distinct,).
        sums: The gradients of each, summed over the timesteps that read it (distinct, features).
        squares: The squares of these gradients, summed likewise.
    """

    words: Indices
    sums: Array
    squares: Array


def embedding_gradient(ids: Indices, gradients: Array, vocabulary_size: int) -> EmbeddingGradient:
    """Returns the gradient of an embedding from those of the vectors that were read.

    Args:
        ids: Word ids (batch, timesteps).
        gradients: Gradient of the vector at each timestep (batch, timesteps, features).
        vocabulary_size: Rows of the embedding.
    """
    words, index = distinct(ids.ravel(), vocabulary_size)
    rows = gradients.reshape(len(index), -1)
    return EmbeddingGradient(words, _summed(index, rows, len(words)), _summed(index, np.square(rows), len(words)))


def _summed(index: Indices, rows: Array, words: int) -> Array:
    sums = np.zeros((words, rows.shape[1]), np.float32)
    add_by_index(sums, index, rows)
    return sums


def distinct(ids: Indices, vocabulary_size: int) -> tuple[Indices, Indices]:
    """Returns the distinct ids, and the index of each id among them."""
    words, index = np.empty(min(vocabulary_size, len(ids)), np.int64), np.empty(len(ids), np.int64)
    count = _find_distinct(ids, np.full(vocabulary_size, -1, np.int64), words, index)
    return words[:count].copy(), index


@compiled
def _find_distinct(ids: Indices, indices: Indices, words: Indices, index: Indices) -> int:
    count = 0
    for k in range(len(ids)):
        if indices[ids[k]] < 0:
            indices[ids[k]] = count
            words[count] = ids[k]
            count += 1
        index[k] = indices[ids[k]]
    return count


@dataclass(frozen=True)
class DroppedWords:
    """Words under dropout, which leaves each review other features of them: a row for each word of each review.

    Attributes:
        ids: The row that is read at each timestep (batch, timesteps).
        vectors: The embedding of each row's word, multiplied by its factors (rows, features).
        words: The word of each row (rows,).
        factors: The dropout mask of each row's review (rows, features).
        vocabulary_size: Rows of the embedding.
    """

    ids: Indices
    vectors: Array
    words: Indices
    factors: Array
    vocabulary_size: int

    def gradient(self, of_vectors: EmbeddingGradient) -> EmbeddingGradient:
        """Returns the gradient of the embedding from that of ``vectors``."""
        factors = self.factors[of_vectors.words]
        words, index = distinct(self.words[of_vectors.words], self.vocabulary_size)
        sums = _summed(index, of_vectors.sums * factors, len(words))
        return EmbeddingGradient(words, sums, _summed(index, of_vectors.squares * factors * factors, len(words)))


def drop(ids: Indices, table: Array, dropout_mask: Array) -> DroppedWords:
    """Applies dropout to the words of each review, the same at each timestep.

    Args:
        ids: Word ids (batch, timesteps).
        table: The embedding (vocabulary, features).
        dropout_mask: The factors of each review's vectors (batch, features).
    """
    rows, words, reviews = _by_review(ids, len(table))
    factors = dropout_mask[reviews]
    return DroppedWords(rows, table[words] * factors, words, factors, len(table))


@compiled
def _by_review(ids: Indices, vocabulary_size: int) -> tuple[Indices, Indices, Indices]:
    indices = np.full(vocabulary_size, -1, np.int64)
    words, reviews, rows = np.empty(ids.size, np.int64), np.empty(ids.size, np.int64), np.empty_like(ids)
    count = 0
    for review in range(len(ids)):
        first = count
        for t in range(ids.shape[1]):
            word = ids[review, t]
            if indices[word] < first:  # new in this review
                indices[word], words[count], reviews[count] = count, word, review
                count += 1
            rows[review, t] = indices[word]
    return rows, words[:count].copy(), reviews[:count].copy()
