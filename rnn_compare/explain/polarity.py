"""Choice of positive, negative and neutral words by the labels of the reviews alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.baselines.bags import in_parts
from rnn_compare.errors import UserError
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import INDEX_FROM
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
            f"The vocabulary of {len(words):,} words has no frequent telling words or no neutral words to test with. "
            "Choose a network with a larger vocabulary or another source."
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
