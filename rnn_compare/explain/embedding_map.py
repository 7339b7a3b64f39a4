"""A network's embedding: a map of its words, a word's neighbours, the prediction and the gates for single words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import States
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, Ids, Integers, Tell, dense, predict, recurrent_pass, recurrent_weights
from rnn_compare.networks.recurrent_layer import initial_states
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.vocabulary import INDEX_FROM, PADDING, START, UNKNOWN, Vocabulary, tokenize

MAP_WORDS = 3000
"""Words on the map: rarer ones have hardly moved from their initial vectors, and more would overlap."""


@dataclass(frozen=True)
class WordMap:
    """The most frequent words in the plane of the embedding's two principal components.

    Attributes:
        words: The words, most frequent first.
        ids: Their ids (words,).
        points: Their coordinates (words, 2).
        verdicts: The predicted probability that a review of this word alone is positive (words,).
    """

    words: tuple[str, ...]
    ids: Integers
    points: Array
    verdicts: Array


def is_quick(experiment: Experiment) -> bool:
    """Tells whether ``word_map`` takes less than a second: the words' common beginning is read once or skipped."""
    return experiment.reads_forward or (experiment.bidirectional and experiment.mask_padding)


def word_map(
    experiment: Experiment, weights: Weights, vocabulary: Vocabulary, count: int = MAP_WORDS, tell: Tell | None = None
) -> WordMap:
    """Returns the map of the most frequent words; ``tell`` as in ``predict``."""
    ids = known_ids(experiment, vocabulary)[:count]
    verdicts = one_word_verdicts(experiment, weights, ids, tell)
    points = principal_plane(weights["embedding/embeddings"][ids], verdicts)
    words = tuple(vocabulary.word(int(word_id)) for word_id in ids)
    return WordMap(words, ids, points, verdicts)


def neighbours(
    experiment: Experiment, weights: Weights, vocabulary: Vocabulary, word: str, count: int = 10, among: int = MAP_WORDS
) -> list[tuple[str, float]]:
    """Returns the most similar of the most frequent words and their cosine similarities, the highest first.

    The word itself is left out. Raises ``UserError`` if the network does not know the word.
    """
    word_id = find_word(experiment, vocabulary, word)
    ids = known_ids(experiment, vocabulary)[:among]
    ids = ids[ids != word_id]
    directions = _unit_length(weights["embedding/embeddings"])
    cosines = directions[ids] @ directions[word_id]
    nearest = np.argsort(-cosines, kind="stable")[:count]
    return [(vocabulary.word(int(ids[i])), float(cosines[i])) for i in nearest]


def gates_by_word(experiment: Experiment, weights: Weights, vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """Returns the most frequent words with the mean value of the first layer's first gate, the most open first.

    For cells without a recurrent kernel, whose gate depends on the word alone; in the forward direction.
    """
    ids, cell_type = known_ids(experiment, vocabulary)[:MAP_WORDS], cell(experiment.cell)
    (layer, *_), *_ = recurrent_weights(experiment, weights)
    states = initial_states(experiment.cell, len(ids), experiment.units)
    inputs = np.dot(weights["embedding/embeddings"][ids], layer.kernel)
    _, signals = cell_type.step(inputs, states, layer.recurrent_kernel, layer.bias)
    gate = next(signal.name for signal in cell_type.signals if signal.kind == "gate")
    means = signals[gate].mean(axis=-1)
    return [(vocabulary.word(int(ids[i])), float(means[i])) for i in np.argsort(-means, kind="stable")]


def known_ids(experiment: Experiment, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Returns the ids of all words that a network knows (words,), the most frequent first."""
    first = INDEX_FROM + 1
    return np.arange(first, min(experiment.vocabulary_size, first + len(vocabulary)))


def find_word(experiment: Experiment, vocabulary: Vocabulary, text: str) -> int:
    """Returns the id of one typed word, in any case.

    Raises ``UserError`` unless it is exactly one word that the network knows.
    """
    words = tokenize(text[:1000])
    if len(words) != 1:
        raise UserError("Type one word.")
    word = words[0]
    word_id = vocabulary.id(word, experiment.vocabulary_size)
    if word_id != UNKNOWN:
        return word_id
    excerpt = word if len(word) <= 40 else f"{word[:39]}…"
    rank = vocabulary.rank(word)
    if rank is None:
        raise UserError(f"“{excerpt}” is in none of the training reviews.")
    raise UserError(
        f"“{excerpt}” is not in this network's vocabulary: rank {rank:,} by frequency, beyond the first "
        f"{experiment.vocabulary_size - INDEX_FROM - 1:,}. Try a more frequent word."
    )


def principal_plane(vectors: Array, along: Array) -> Array:
    """Projects vectors onto their first two principal components.

    Each component's sign lets ``along`` grow in its direction: results can be reproduced, and two maps compared.

    Args:
        vectors: (vectors, features).
        along: One number for each vector (vectors,).

    Returns:
        The points (vectors, 2); 0 along an axis that is not there.
    """
    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(vectors), 2), np.float32)
    for axis in range(min(2, len(sizes))):
        projected = left[:, axis] * sizes[axis]
        direction = np.dot(projected, along - along.mean())
        if direction == 0:  # the farthest point decides
            direction = projected[np.argmax(np.abs(projected))]
        points[:, axis] = projected if direction > 0 else -projected
    return points


def _unit_length(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Array = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


def one_word_verdicts(experiment: Experiment, weights: Weights, words: Ids, tell: Tell | None = None) -> Array:
    """Returns the predicted probability that a review of one word is positive, for each word id (words,).

    Each review is encoded as any other: padding, the start token (unless maxlen is 1), the word. A network that reads
    forward reads their common beginning once; any other reads each whole, which takes seconds for thousands of words.
    """
    beginning = np.full(experiment.maxlen - 1, PADDING, np.int32)
    beginning[-1:] = START
    if not experiment.reads_forward:
        rows = np.tile(np.append(beginning, PADDING), (len(words), 1))
        rows[:, -1] = words
        if experiment.mask_padding and experiment.bidirectional:
            rows = rows[:, -2:]  # the rest would be skipped
        return predict(experiment, weights, rows, tell)
    values = weights["embedding/embeddings"][words]
    step = cell(experiment.cell).step
    for carried, (layer,) in zip(
        _states_after(experiment, weights, beginning), recurrent_weights(experiment, weights), strict=True
    ):
        states = tuple(np.broadcast_to(state, (len(words), experiment.units)) for state in carried)
        (values, *_), _ = step(np.dot(values, layer.kernel), states, layer.recurrent_kernel, layer.bias)
    return sigmoid(dense(weights, values))


def _states_after(experiment: Experiment, weights: Weights, ids: Ids) -> list[States]:
    """Returns the states of each layer after reading a row of ids (timesteps,), each (1, units)."""
    if not len(ids):
        return [initial_states(experiment.cell, 1, experiment.units)] * experiment.layers
    _, layers = recurrent_pass(experiment, weights, ids[np.newaxis], with_signals=True)
    _, *others = cell(experiment.cell).states
    return [(trace.last_state, *(trace.last_of(trace.signals[name]) for name in others)) for (trace,) in layers]
