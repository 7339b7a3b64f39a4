"""How far back a network remembers one word: reviews whose verdict hangs on it, among words that say nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.cells.cell import sigmoid
from rnn_compare.experiment import Experiment
from rnn_compare.insight.polarity import WordChoice
from rnn_compare.insight.prediction import Array, Tell, predict_logits
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.vocabulary import Vocabulary

PAIRS = 200
POINTS = 14
ROUNDING = 1e-5
"""Log-odds nearer to each other than this count as equal: 32-bit rounding alone moves them nearly so far."""


@dataclass(frozen=True)
class Recall:
    """How well pairs of texts are told apart that differ in one word only, at one or several distances (...,).

    Attributes:
        told_apart: The share of the pairs where the text with the positive word is judged more positive than
            the same text with the negative word; equal verdicts count half. One half is chance.
        accuracy: The share of the texts on their word's side of the network's own ``threshold``.
        accuracy_at_half: The share of the texts on their word's side of one half.
        effect: How far apart the two verdicts of a pair lie in log-odds, log(p / (1 - p)): the median pair.
    """

    told_apart: Array
    accuracy: Array
    accuracy_at_half: Array
    effect: Array


@dataclass(frozen=True)
class MemoryTest:
    """One network's memory for a word, by how many words before the end it stands.

    Three shares answer three questions; for each, one half means that the word is forgotten.

    - ``told_apart`` asks: does anything of the word remain? It is the one to compare memories by. The rest of the
      text is the same on both sides of a pair, so neither a network that leans to one side nor one that also
      weighs all the other words (as a network with a long memory must) loses by it. It does not ask how much
      remains: ``effect`` tells.
    - ``accuracy`` asks: does it outweigh the other words? The threshold is the median probability of texts
      without a sentiment word, so a network may lean. But the more of the neutral words a network remembers, the
      more of them the one word has against it.
    - ``accuracy_at_half`` asks: does it decide the verdict that people see? A network that calls neutral words
      negative, as many do, sits at one half here however well it remembers.

    Attributes:
        distances: How many words from the end the sentiment word stands, 1 for the last word (points,).
        recall: The figures at each distance (points,).
        control: The same figures where both texts of a pair end in a neutral word instead: about one half, or
            the texts tell by themselves.
        threshold: The median probability of the texts of ``control``.
        pairs: How many pairs of texts each figure is of.
        words: The words that were used.
    """

    distances: NDArray[np.int64]
    recall: Recall
    control: Recall
    threshold: float
    pairs: int
    words: WordChoice


def memory_test(
    experiment: Experiment,
    weights: Weights,
    vocabulary: Vocabulary,
    words: WordChoice,
    *,
    pairs: int = PAIRS,
    points: int = POINTS,
    seed: int = 0,
    tell: Tell | None = None,
) -> MemoryTest:
    """Places one sentiment word among neutral words, ever farther from the end, and asks for the verdict.

    Every text fills all ``maxlen`` positions with neutral words drawn at random, so that neither padding nor the
    length of the text changes with the distance. The same texts serve at every distance, once with a positive
    and once with a negative word: only the sentiment word and its place differ.

    Args:
        experiment: What the network is.
        weights: Its weights.
        vocabulary: The words of the source it was trained on.
        words: See ``polarity.choose_words``.
        pairs: How many texts, each in two versions.
        points: How many distances at most, from 1 to maxlen, at about equal ratios.
        seed: Decides the texts. Networks of the same maxlen are given the same ones.
        tell: Told how many of all texts are read.
    """
    distances = spaced_distances(experiment.maxlen, points)
    rows = draw_texts(experiment.maxlen, vocabulary, words, distances, pairs, seed)
    log_odds = predict_logits(experiment, weights, rows.reshape(-1, experiment.maxlen), tell).reshape(rows.shape[:-1])
    middle = np.median(log_odds[0])
    return MemoryTest(
        distances=distances,
        recall=_recall(log_odds[1:], middle),
        control=_recall(log_odds[0], middle),
        threshold=float(sigmoid(middle)),
        pairs=pairs,
        words=words,
    )


def draw_texts(
    maxlen: int, vocabulary: Vocabulary, words: WordChoice, distances: NDArray[np.int64], pairs: int, seed: int
) -> NDArray[np.int32]:
    """Draws texts of neutral words and places a word in them.

    Every sentiment word is used as often as the others of its kind; which positive one is paired with which
    negative one is drawn.

    Returns:
        Ids (1 + distances, 2, pairs, maxlen). First the control, whose texts end in one neutral word or another;
        then, for each distance, the texts with a positive and those with a negative word.
    """
    positive, negative, neutral = (
        np.array([vocabulary.id(word) for word, _ in group], np.int32)
        for group in (words.positive, words.negative, words.neutral)
    )
    random = np.random.default_rng(seed)
    texts = random.choice(neutral, (pairs, maxlen))
    rows = np.tile(texts, (1 + len(distances), 2, 1, 1))
    rows[0, 1, :, -1] = random.choice(neutral, pairs)
    sentiment = np.stack([np.resize(positive, pairs), random.permutation(np.resize(negative, pairs))])
    for number, distance in enumerate(distances, start=1):
        rows[number, :, :, -distance] = sentiment
    return rows


def spaced_distances(maxlen: int, points: int) -> NDArray[np.int64]:
    """Returns whole numbers from 1 to maxlen at about equal ratios, each once.

    Example:
        >>> spaced_distances(500, 8).tolist(), spaced_distances(1, 8).tolist()
        ([1, 2, 6, 14, 35, 85, 206, 500], [1])
    """
    return np.unique(np.geomspace(1, maxlen, points).round().astype(np.int64))


def _recall(log_odds: Array, middle: np.float32) -> Recall:
    """Works out the figures from verdicts (..., 2, pairs) on texts with positive words and with negative ones."""
    positive, negative = log_odds[..., 0, :], log_odds[..., 1, :]
    return Recall(
        told_apart=_share_positive(positive - negative),
        accuracy=_share_positive(np.concatenate([positive - middle, middle - negative], axis=-1)),
        accuracy_at_half=_share_positive(np.concatenate([positive, -negative], axis=-1)),
        effect=np.median(positive - negative, axis=-1),
    )


def _share_positive(values: Array) -> Array:
    """Returns the share of the values (..., pairs) above 0; one that is 0 but for rounding counts half."""
    counted = np.where(np.abs(values) <= ROUNDING, np.float32(0.5), values > 0)
    share: Array = counted.mean(axis=-1, dtype=np.float32)
    return share
