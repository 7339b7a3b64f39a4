"""Bags of words and pairs, against scikit-learn's own counting and counts by hand."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from rnn_compare.baselines import bags
from rnn_compare.baselines.bags import BagClassifier, Bags
from rnn_compare.reviews.vocabulary import INDEX_FROM, UNKNOWN
from rnn_compare.sources.source import Labelled

SIZE = 20
"""Ids from here on are unknown: ranks 1 to 16 are known words."""


def labelled(*reviews: list[int], labels: list[int] | None = None) -> Labelled:
    ranks = np.array([rank for review in reviews for rank in review], np.int32)
    return Labelled(ranks, np.cumsum([0, *map(len, reviews)]), np.array(labels or [0] * len(reviews)))


def held_by(held: Bags, review: int) -> list[int]:
    return sorted(held.terms[held.reviews == review].tolist())


def ids(review: list[int]) -> list[int]:
    return [rank + INDEX_FROM if rank + INDEX_FROM < SIZE else UNKNOWN for rank in review]


def all_places(reviews: Labelled) -> NDArray[np.int64]:
    return np.arange(len(reviews.labels))


def test_the_places_decide_which_reviews_and_in_which_order() -> None:
    reviews = labelled([1], [2], [], [3])
    held = bags.bags(reviews, np.array([3, 2, 0]), SIZE, longest=1)
    assert [held_by(held, review) for review in range(3)] == [[6], [], [4]]


@given(st.lists(st.lists(st.integers(1, 25), max_size=12), min_size=1, max_size=6))
@example([[1, 2, 1, 2], [2, 1]])
def test_what_is_held_is_what_count_vectorizer_finds_in_the_same_ids(texts: list[list[int]]) -> None:
    reviews = labelled(*texts)
    held = bags.bags(reviews, all_places(reviews), SIZE, longest=2)
    if any(texts):
        vectorizer = CountVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), binary=True)
        counts = vectorizer.fit_transform([" ".join(map(str, ids(text))) for text in texts]).toarray()
        names = [[int(word) for word in name.split()] for name in vectorizer.get_feature_names_out()]
    else:
        counts, names = np.zeros((len(texts), 0)), []
    for review, row in enumerate(counts):
        expected = {
            name[0] if len(name) == 1 else SIZE * (name[0] + 1) + name[1]
            for name, count in zip(names, row, strict=True)
            if count and (len(name) == 1 or UNKNOWN not in name)
        }
        assert held_by(held, review) == sorted(expected)


def test_weights_are_those_of_naive_bayes_and_logistic_regression_on_a_dense_matrix() -> None:
    random = np.random.default_rng(1)
    texts = [random.integers(1, 12, random.integers(1, 30)).tolist() for _ in range(60)]
    reviews = labelled(*texts, labels=[int(3 in text) for text in texts])
    held = bags.bags(reviews, all_places(reviews), SIZE, longest=1)
    model = bags.fit(held, reviews.labels, SIZE, longest=1)

    terms = sorted({word for text in texts for word in ids(text)})
    dense = np.array([[float(term in ids(text)) for term in terms] for text in texts])
    negative, positive = MultinomialNB().fit(dense, reviews.labels).feature_log_prob_
    oracle = LogisticRegression(C=bags.INVERSE_REGULARIZATION, tol=1e-8, max_iter=10_000)
    oracle.fit(dense * (positive - negative), reviews.labels)
    assert model.terms.tolist() == terms
    np.testing.assert_allclose(model.weights, oracle.coef_[0] * (positive - negative), atol=2e-3)
    decided = oracle.decision_function(dense * (positive - negative))
    assert model.judge(held).tolist() == (decided > 0).tolist()


def test_a_pair_that_fewer_than_three_training_reviews_hold_has_no_weight() -> None:
    reviews = labelled([1, 2], [1, 2], [1, 2], [2, 1], [2, 1], labels=[1, 1, 1, 0, 0])
    model = bags.fit(bags.bags(reviews, all_places(reviews), SIZE, longest=2), reviews.labels, SIZE, longest=2)
    assert model.terms.tolist() == [4, 5, SIZE * (4 + 1) + 5]


def test_pairs_tell_apart_what_is_one_bag_of_words() -> None:
    reviews = labelled(*[[1, 2], [2, 1]] * 20, labels=[1, 0] * 20)
    places = all_places(reviews)
    models = [bags.fit_bags(reviews, places, SIZE, longest) for longest in (1, 2)]
    assert [np.mean(model.verdicts(reviews, places) == reviews.labels) for model in models] == [0.5, 1.0]


@pytest.mark.parametrize(("labels", "verdict"), [([1, 1, 0], True), ([0, 0, 1], False), ([0, 1, 1, 0], True)])
def test_without_terms_the_verdict_is_what_most_training_reviews_are_and_one_kind_alone_teaches_that_kind(
    labels: list[int], verdict: bool
) -> None:
    nothing = Bags(np.zeros(0, np.int64), np.zeros(0, np.int64), len(labels))
    assert bags.fit(nothing, np.array(labels), SIZE, longest=1).judge(nothing).tolist() == [verdict] * len(labels)
    alike = labelled([1], [2], labels=[int(verdict)] * 2)
    held = bags.bags(alike, np.arange(2), SIZE, longest=1)
    assert bags.fit(held, alike.labels, SIZE, longest=1).judge(held).tolist() == [verdict] * 2


def test_words_that_no_training_review_held_say_nothing() -> None:
    model = BagClassifier(np.array([4]), np.array([2.0]), -1.0, SIZE, longest=2)
    strange = bags.bags(labelled([9], [1, 9]), np.arange(2), SIZE, longest=2)
    assert model.judge(strange).tolist() == [False, True]


def test_many_reviews_come_in_parts_that_together_are_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bags, "REVIEWS_AT_ONCE", 2)
    reviews = labelled([1], [2], [3], [4], [5])
    parts = list(bags.in_parts(reviews, all_places(reviews), SIZE, longest=1))
    assert [part.total for part in parts] == [2, 2, 1]
    assert np.concatenate([part.terms for part in parts]).tolist() == [4, 5, 6, 7, 8]
