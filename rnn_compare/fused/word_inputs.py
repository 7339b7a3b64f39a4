"""A recurrent layer that reads word ids through an embedding, and hands back a small gradient of the embedding.

Each word of a batch is projected once, however often it occurs. Dropout leaves each review other features of its words,
the same at each timestep: then a word is projected once for each review that holds it. Keras hands its optimizers the
embedding's gradient as one row for each place, 64,000 for 128 reviews of 500 words. Two rows for each word are enough,
their sum and (Keras squares row by row) the sum of their squares: RMSprop, Adam and SGD ask for nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.fused import sequences
from rnn_compare.fused.arithmetic import Array, Indices, add_by_place, compiled
from rnn_compare.fused.packing import Mask, gather, pack
from rnn_compare.fused.sequences import ForwardPass, LayerOptions


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
    rows = gradients.reshape(len(place), -1)
    return WordGradients(words, _summed(place, rows, len(words)), _summed(place, np.square(rows), len(words)))


def _summed(place: Indices, rows: Array, words: int) -> Array:
    sums = np.zeros((words, rows.shape[1]), np.float32)
    add_by_place(sums, place, rows)
    return sums


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


@dataclass(frozen=True)
class DroppedWords:
    """Words of which dropout has left each review other features: one for each word that a review holds.

    Attributes:
        ids: Which one stands where (batch, timesteps).
        vectors: What dropout has left of their embedding (reviews' words, features).
        words: Whose they are (reviews' words,).
        factors: What dropout has multiplied them by (reviews' words, features).
        vocabulary_size: Of the embedding.
    """

    ids: Indices
    vectors: Array
    words: Indices
    factors: Array
    vocabulary_size: int

    def gradient(self, of_vectors: WordGradients) -> WordGradients:
        """Returns the embedding's gradient from that of the vectors."""
        factors = self.factors[of_vectors.words]
        words, place = distinct(self.words[of_vectors.words], self.vocabulary_size)
        sums = _summed(place, of_vectors.sums * factors, len(words))
        return WordGradients(words, sums, _summed(place, of_vectors.squares * factors * factors, len(words)))


def drop(ids: Indices, table: Array, dropout_mask: Array) -> DroppedWords:
    """Multiplies each review's words by what dropout leaves of it.

    Args:
        ids: Word ids (batch, timesteps).
        table: The embedding (vocabulary, features).
        dropout_mask: What each review's vectors are multiplied by (batch, features).
    """
    words, reviews, own = _of_each_review(ids, len(table))
    factors = dropout_mask[reviews]
    return DroppedWords(own, table[words] * factors, words, factors, len(table))


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


@dataclass(frozen=True)
class WordPass:
    """Results of the forward pass that the backward pass needs.

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
    *weights: Array,
    dropout_mask: Array | None = None,
) -> tuple[Array, WordPass]:
    """Reads a batch.

    Args:
        options: Layer options.
        mask: True where a word is to be read (batch, timesteps).
        ids: Word ids (batch, timesteps).
        table: The embedding (vocabulary, features).
        weights: The layer's weights, as Keras lays them out.
        dropout_mask: What each review's vectors are multiplied by (batch, features); None without dropout.

    Returns:
        The output, as ``sequences.forward``, and what ``backward`` needs.
    """
    dropped = None if dropout_mask is None else drop(ids, table, dropout_mask)
    if dropped is not None:
        ids, table = dropped.ids, dropped.vectors
    batch, packed = pack(ids[:, :, np.newaxis], mask, options.backwards, weights[0].shape[1])
    words, place = distinct(packed[:, 0], len(table))
    vectors = gather(table[np.newaxis], words)
    output, recurrence = sequences.forward(options, batch, mask, vectors, place, weights)
    return output, WordPass(recurrence, words, dropped)


def backward(options: LayerOptions, forward_pass: WordPass, gradient: Array) -> tuple[WordGradients, Sequence[Array]]:
    """Returns the gradients of the embedding and of the layer's weights from the output's."""
    gradients = sequences.backward(options, forward_pass.recurrence, gradient, squared=True)
    embedding = WordGradients(forward_pass.words, gradients.inputs, gradients.squares)
    if forward_pass.dropped is not None:
        embedding = forward_pass.dropped.gradient(embedding)
    return embedding, gradients.weights
