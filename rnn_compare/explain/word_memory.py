"""The memory of a network for one sentiment word among neutral words, which are chosen by the labels of reviews."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.baselines.bags import in_parts
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, Integers, Tell, predict_logits
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import INDEX_FROM, Vocabulary
from rnn_compare.sources.source import Labelled

SENTIMENT_WORDS, NEUTRAL_WORDS = 10, 100
SENTIMENT_FLOOR, NEUTRAL_FLOOR = 0.01, 0.02
"""The share of reviews that must contain a word. In 25,000 reviews the standard error of its log-odds is about 0.13 at
one per cent and 0.09 at two: small beside those of sentiment words, and small enough to call a word neutral."""
SENTIMENT_ODDS = 0.5
"""The smallest log-odds of a sentiment word: by chance a word of a few thousand texts has up to ±0.4."""
NEUTRAL_ODDS = 0.1
"""The largest log-odds of a neutral word, of either sign."""
SHORTEST = 3
PAIRS = 200
POINTS = 14
ROUNDING = 1e-5
"""Log-odds closer than this count as equal: 32-bit rounding moves them nearly as far."""


@dataclass(frozen=True)
class WordChoice:
    """As many positive as negative words, and neutral ones, with their log-odds; the clearest come first."""

    positive: tuple[tuple[str, float], ...]
    negative: tuple[tuple[str, float], ...]
    neutral: tuple[tuple[str, float], ...]


def choose_words(reviews: Reviews, vocabulary_size: int) -> WordChoice:
    """Chooses sentiment words and neutral words below ``vocabulary_size``, by the log-odds in a source's reviews.

    Sentiment words are the ten of largest and the ten of smallest ``log_odds`` among words in at least one per cent of
    the reviews, more than 0.5 from 0; neutral words are the hundred of log-odds nearest to 0, within a tenth of it,
    among words in at least two per cent. Only words of three letters or more count, which excludes numerals ("7 of
    10"), markup (br) and fragments of the tokenizer (re, co).

    All training reviews of the source count, whatever part of them a network was trained on, so that all networks are
    tested with the same words. Raises ``UserError`` if the vocabulary has too few.
    """
    words = reviews.vocabulary.words[: vocabulary_size - INDEX_FROM - 1]
    odds, share = log_odds(reviews.training, len(words))
    proper = np.array([len(word) >= SHORTEST and word.isalpha() for word in words], np.bool_)

    frequent = proper & (share >= SENTIMENT_FLOOR)
    positive = _first(-odds, frequent & (odds > SENTIMENT_ODDS), SENTIMENT_WORDS)
    negative = _first(odds, frequent & (odds < -SENTIMENT_ODDS), SENTIMENT_WORDS)
    size = min(len(positive), len(negative))
    others = proper & (share >= NEUTRAL_FLOOR) & (np.abs(odds) < NEUTRAL_ODDS)
    others[positive[:size] + negative[:size]] = False
    neutral = _first(np.abs(odds), others, NEUTRAL_WORDS)
    if not size or not neutral:
        raise UserError(
            "No frequent word tells the label by itself, or none is neutral: there is no memory for a word to test. "
            "Choose another source, or a larger vocabulary."
        )
    return WordChoice(
        *(tuple((words[i], float(odds[i])) for i in group) for group in (positive[:size], negative[:size], neutral))
    )


def log_odds(reviews: Labelled, words: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the most frequent words' log-odds (words,), and the share of all reviews that contain each (words,).

    log((p + ½) / (P - p + ½)) - log((n + ½) / (N - n + ½)), where p of P positive and n of N negative reviews contain
    the word; 0 is neutral.

    Example:
        >>> odds, share = log_odds(Labelled(np.array([1, 2, 1, 3]), np.array([0, 2, 4]), np.array([1, 0])), 3)
        >>> odds.round(2).tolist(), share.tolist()
        ([0.0, 2.2, -2.2], [1.0, 0.5, 0.5])
    """
    size, odds, counts = words + INDEX_FROM + 1, [], []
    for label in (0, 1):
        places = np.flatnonzero(reviews.labels == label)
        parts = in_parts(reviews, places, size, longest=1)
        count = sum((np.bincount(part.terms, minlength=size) for part in parts), np.zeros(size))[INDEX_FROM + 1 :]
        odds.append(np.log((count + 0.5) / (len(places) - count + 0.5)))
        counts.append(count)
    return odds[1] - odds[0], (counts[0] + counts[1]) / len(reviews.labels)


def _first(ranking: NDArray[np.float64], allowed: NDArray[np.bool_], count: int) -> list[int]:
    usable = np.flatnonzero(allowed)
    first: list[int] = usable[np.argsort(ranking[usable], kind="stable")[:count]].tolist()
    return first


@dataclass(frozen=True)
class MemoryTest:
    """One network's memory for a word, by the word's distance from the end.

    The two texts of a pair differ in one sentiment word only, so neither a bias nor the other words matter.

    Attributes:
        distances: The sentiment word's place from the end, 1 for the last word (points,).
        told_apart: The share of pairs where the text with the positive word has the higher log-odds (points,); equal
            ones count half. One half is chance: the word is forgotten.
        effect: The difference of the log-odds in the median pair (points,).
    """

    distances: Integers
    told_apart: Array
    effect: Array
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
    tell: Tell | None = None,
) -> MemoryTest:
    """Tests a network's predictions for texts with one sentiment word at various distances from the end.

    Every text fills all ``maxlen`` positions with random neutral words. The same texts are used at every distance, once
    with a positive and once with a negative word: only the sentiment word and its place differ.

    Args:
        pairs: The number of texts, each in two versions.
        points: The largest number of distances, from 1 to maxlen, at about equal ratios.
    """
    distances = spaced_distances(experiment.maxlen, points)
    rows = draw_texts(experiment.maxlen, vocabulary, words, distances, pairs)
    log_odds = predict_logits(experiment, weights, rows.reshape(-1, experiment.maxlen), tell).reshape(rows.shape[:-1])
    effects = log_odds[:, 0] - log_odds[:, 1]
    return MemoryTest(distances, _share_positive(effects), np.median(effects, axis=-1), pairs, words)


def draw_texts(
    maxlen: int, vocabulary: Vocabulary, words: WordChoice, distances: NDArray[np.int64], pairs: int, seed: int = 0
) -> NDArray[np.int32]:
    """Draws texts of neutral words with one sentiment word each, the same for all networks of one maxlen.

    All sentiment words of a kind are used equally often, in random pairs.

    Returns:
        Ids (distances, 2, pairs, maxlen): for each distance the texts with a positive and those with a negative word.
    """
    positive, negative, neutral = (
        np.array([vocabulary.id(word) for word, _ in group], np.int32)
        for group in (words.positive, words.negative, words.neutral)
    )
    random = np.random.default_rng(seed)
    texts = random.choice(neutral, (pairs, maxlen))
    rows = np.tile(texts, (len(distances), 2, 1, 1))
    sentiment = np.stack([np.resize(positive, pairs), random.permutation(np.resize(negative, pairs))])
    for number, distance in enumerate(distances):
        rows[number, :, :, -distance] = sentiment
    return rows


def spaced_distances(maxlen: int, points: int) -> NDArray[np.int64]:
    """Returns whole numbers from 1 to maxlen at about equal ratios, each once."""
    return np.unique(np.geomspace(1, maxlen, points).round().astype(np.int64))


def _share_positive(values: Array) -> Array:
    """Returns the share of the values (..., pairs) above 0; 0 within rounding counts half."""
    counted = np.where(np.abs(values) <= ROUNDING, np.float32(0.5), values > 0)
    share: Array = counted.mean(axis=-1, dtype=np.float32)
    return share
