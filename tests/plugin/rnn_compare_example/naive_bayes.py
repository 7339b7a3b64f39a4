"""Naive Bayes on the words of a review."""

import numpy as np

from rnn_compare.baselines.bags import BagClassifier, bags
from rnn_compare.baselines.classifier import Classifier, Places
from rnn_compare.sources.source import Labelled


def fit(reviews: Labelled, places: Places, vocabulary_size: int) -> BagClassifier:
    """Returns the logarithm of each word's odds, with one occurrence more of every word."""
    held, labels = bags(reviews, places, vocabulary_size, longest=1), reviews.labels[places]
    positive, negative = (
        1 + np.bincount(held.terms[labels[held.reviews] == label], minlength=vocabulary_size) for label in (1, 0)
    )
    weights = np.log(positive / positive.sum()) - np.log(negative / negative.sum())
    prior = np.log(labels.mean() / (1 - labels.mean()))
    return BagClassifier(np.arange(vocabulary_size), weights, prior, vocabulary_size, longest=1)


NAIVE_BAYES = Classifier("naive_bayes", "Naive Bayes", position=15, fit=fit)
