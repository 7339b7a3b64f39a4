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
"""Share of the reviews that a word must stand in. In 25,000 reviews the standard error of a log-odds is about 0.13
at one per cent and 0.09 at two: little beside sentiment words, and neutral words must be known to be neutral."""
SENTIMENT_ODDS = 0.5
"""Log-odds of a sentiment word at least: chance alone lends a word of a few thousand texts up to 0.4 either way."""
NEUTRAL_ODDS = 0.1
"""Log-odds of a neutral word at most, either way: the odds of meeting it differ by a tenth. Of few known words few are
neutral, and the nearest to it may still speak for a side."""
SHORTEST = 3


@dataclass(frozen=True)
class WordChoice:
    """Words with their log-odds, chosen by the data: as many positive as negative ones, and neutral ones.

    The most positive, most negative and most neutral come first.
    """

    positive: tuple[tuple[str, float], ...]
    negative: tuple[tuple[str, float], ...]
    neutral: tuple[tuple[str, float], ...]


def choose_words(reviews: Reviews, vocabulary_size: int) -> WordChoice:
    """Chooses sentiment words and neutral words that a network knows, all by the training file of a source.

    A word's log-odds tell how much the odds that it stands in a review rise or fall with a positive label: see
    ``log_odds``. Sentiment words are the ten of largest and the ten of smallest log-odds among words in at least
    one per cent of the reviews, more than 0.5 from 0; neutral words are the hundred of log-odds nearest to 0, within a
    tenth of it, among words in at least two per cent. Only words of three letters or more count: numerals (a review's
    own "7 of 10"), markup (br) and scraps that the tokenizer leaves (re, co) are no words to a reader.

    All of the source's training reviews decide, not only those that one network was trained on, so that all
    networks that are compared meet the same words. Ids from ``vocabulary_size`` on are unknown to the network; raises
    ``UserError`` if it knows too few words.
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
    """Returns the most frequent words' log-odds (words,), and the share of all reviews that hold each (words,).

    log((p + ½) / (P - p + ½)) - log((n + ½) / (N - n + ½)), where p of P positive and n of N negative reviews
    hold the word, once or more often; 0 is neutral.

    Example:
        >>> odds, share = log_odds(Labelled(np.array([1, 2, 1, 3]), np.array([0, 2, 4]), np.array([1, 0])), 3)
        >>> odds.round(2).tolist(), share.tolist()
        ([0.0, 2.2, -2.2], [1.0, 0.5, 0.5])
    """
    size, log_odds_of, holding = words + INDEX_FROM + 1, [], []
    for label in (0, 1):
        places = np.flatnonzero(reviews.labels == label)
        parts = in_parts(reviews, places, size, longest=1)
        count = sum((np.bincount(part.terms, minlength=size) for part in parts), np.zeros(size))[INDEX_FROM + 1 :]
        log_odds_of.append(np.log((count + 0.5) / (len(places) - count + 0.5)))
        holding.append(count)
    negative, positive = log_odds_of
    return positive - negative, (holding[0] + holding[1]) / len(reviews.labels)


def _first(ranking: NDArray[np.float64], allowed: NDArray[np.bool_], count: int) -> list[int]:
    usable = np.flatnonzero(allowed)
    first: list[int] = usable[np.argsort(ranking[usable], kind="stable")[:count]].tolist()
    return first
