"""Reviews as bags of words or bigrams, pairs of neighbouring words, and the linear model that is fitted to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_compare.baselines.classifier import Classifier, Places
from rnn_compare.reviews.vocabulary import INDEX_FROM, UNKNOWN
from rnn_compare.sources.source import Labelled

# scikit-learn takes a second to import: only what fits a model imports it.

LEAST_REVIEWS = 3
"""Training reviews that must contain a pair of words: most pairs are rarer and carry no information."""
INVERSE_REGULARIZATION = 0.3
"""scikit-learn's ``C``, chosen once by five-fold cross-validation within the first 20,000 training reviews of the
source ``keras``: of 0.01, 0.03, 0.1, 0.3 and 1 it was best for words (89.0 %) and within 0.2 points of the best for
pairs (91.0 %), also with 200, 1,000 and 4,000 of these reviews. No other reviews were used."""
TOLERANCE, ITERATIONS = 1e-7, 1000
REVIEWS_AT_ONCE = 5000


class Bags(NamedTuple):
    """The distinct terms of each of some reviews, sorted by term.

    A term is a word's id below the vocabulary's size V (all unknown words have one id), or V (a + 1) + b for b after a.

    Attributes:
        terms: The term of each entry (entries,).
        reviews: The review that contains it, from 0 (entries,).
        total: The number of reviews.
    """

    terms: NDArray[np.int64]
    reviews: NDArray[np.int64]
    total: int


@dataclass(frozen=True)
class BagClassifier:
    """A review is positive if the weights of its terms and the bias add up to more than 0.

    Attributes:
        terms: The terms with a weight, sorted (terms,).
        weights: Their weights (terms,).
        vocabulary_size, longest: The arguments of ``bags``.
    """

    terms: NDArray[np.int64]
    weights: NDArray[np.float64]
    bias: float
    vocabulary_size: int
    longest: int

    @property
    def features(self) -> int:
        """The number of terms with a weight, not counting the bias."""
        return len(self.terms)

    def verdicts(self, reviews: Labelled, places: Places) -> NDArray[np.bool_]:
        """Returns whether each review is positive (reviews,)."""
        return np.concatenate([*map(self.judge, in_parts(reviews, places, self.vocabulary_size, self.longest))])

    def judge(self, documents: Bags) -> NDArray[np.bool_]:
        """Returns whether each review is positive (reviews,), from its terms.

        Example:
            >>> documents = Bags(np.array([4, 4, 7]), np.array([0, 1, 1]), 3)
            >>> BagClassifier(np.array([4, 7]), np.array([-1.0, 3.0]), 0.5, 10, longest=1).judge(documents)
            array([False,  True,  True])
        """
        places = np.searchsorted(self.terms, documents.terms)
        places[places == len(self.terms)] = 0
        weighted = self.terms[places] == documents.terms if len(self.terms) else np.zeros(len(places), np.bool_)
        sums = np.bincount(documents.reviews[weighted], self.weights[places[weighted]], documents.total)
        positive: NDArray[np.bool_] = sums + self.bias > 0
        return positive


def fit_bags(reviews: Labelled, places: Places, vocabulary_size: int, longest: int) -> BagClassifier:
    """Fits a linear model to bags of words, or of words and pairs: see ``bags`` and ``fit``."""
    documents = bags(reviews, places, vocabulary_size, longest)
    return fit(documents, reviews.labels[places], vocabulary_size, longest)


def bags(reviews: Labelled, places: Places, vocabulary_size: int, longest: int) -> Bags:
    """Returns the terms of whole reviews, not cut off at a ``maxlen``.

    Args:
        places: The indices of the reviews (reviews,).
        vocabulary_size: Ids from here on are unknown.
        longest: 1 for words, 2 for words and pairs of neighbours without unknown words.

    Example:
        >>> three_words = Labelled(np.array([1, 2, 9], np.int32), np.array([0, 3]), np.array([1]))
        >>> bags(three_words, np.array([0]), 10, longest=2).terms.tolist()  # "the and [unknown]" and "the and"
        [2, 4, 5, 55]
    """
    starts, lengths = reviews.offsets[places], np.diff(reviews.offsets)[places]
    review = np.repeat(np.arange(len(places)), lengths)
    first = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    ids = reviews.ranks[first + np.arange(len(review))].astype(np.int64) + INDEX_FROM
    ids[ids >= vocabulary_size] = UNKNOWN
    entries = [_once(ids, review, len(places))]
    if longest == 2:
        a, b = ids[:-1], ids[1:]
        both = (a != UNKNOWN) & (b != UNKNOWN) & (review[:-1] == review[1:])
        entries.append(_once((vocabulary_size * (a + 1) + b)[both], review[:-1][both], len(places)))
    terms, which = np.divmod(np.concatenate(entries), max(1, len(places)))  # pairs have higher numbers than words
    return Bags(terms, which, len(places))


def in_parts(reviews: Labelled, places: Places, vocabulary_size: int, longest: int) -> Iterator[Bags]:
    """Yields the bags of many reviews a few thousand at a time, to save memory."""
    for start in range(0, len(places), REVIEWS_AT_ONCE):
        yield bags(reviews, places[start : start + REVIEWS_AT_ONCE], vocabulary_size, longest)


def fit(documents: Bags, labels: NDArray[np.int64], vocabulary_size: int, longest: int) -> BagClassifier:
    """Fits the model of Wang and Manning, *Baselines and Bigrams* (2012): logistic regression on weighted terms.

    Terms are weighted by naive Bayes: the log of the ratio of their shares of all terms in positive and in negative
    training reviews, with every count raised by 1. Without these weights pairs lose about 1.5 points. If all reviews
    have one label, or no term counts, the model predicts the majority.

    Args:
        labels: 1 for a positive, 0 for a negative review (reviews,).
        vocabulary_size, longest: As for ``documents``.
    """
    from scipy.sparse import csc_matrix
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB

    terms, counts = np.unique(documents.terms, return_counts=True)
    counting = (terms < vocabulary_size) | (counts >= LEAST_REVIEWS)
    if labels.min() == labels.max() or not counting.any():
        majority = float(labels.mean() >= 0.5) - 0.5
        return BagClassifier(np.zeros(0, np.int64), np.zeros(0), majority, vocabulary_size, longest)
    rows = documents.reviews[np.repeat(counting, counts)].astype(np.int32)
    ends = np.cumsum(np.concatenate([[0], counts[counting]]))
    shape = documents.total, np.count_nonzero(counting)
    matrix = csc_matrix((np.ones(len(rows), np.float32), rows, ends), shape).tocsr()
    negative, positive = MultinomialNB(alpha=1.0).fit(matrix, labels).feature_log_prob_
    bayes = positive - negative
    matrix.data = bayes.astype(np.float32)[matrix.indices]
    fitted = LogisticRegression(C=INVERSE_REGULARIZATION, tol=TOLERANCE, max_iter=ITERATIONS).fit(matrix, labels)
    weights, bias = bayes * fitted.coef_[0], float(fitted.intercept_[0])
    return BagClassifier(terms[counting], weights, bias, vocabulary_size, longest)


def _once(terms: NDArray[np.int64], reviews: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Returns the distinct ``terms * count + reviews``, sorted, a hundred times as fast as NumPy's ``unique``."""
    both = np.sort(terms * count + reviews)
    return both[np.concatenate([[True], both[1:] != both[:-1]])] if len(both) else both


WORDS = Classifier("words", "Bag of words", position=20, fit=partial(fit_bags, longest=1))
BIGRAMS = Classifier("bigrams", "Bag of bigrams", position=30, fit=partial(fit_bags, longest=2))
