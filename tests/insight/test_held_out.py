from pathlib import Path

import numpy as np
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.insight.held_out import held_out
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text
from rnn_compare.reviews.keras_file import Labelled
from rnn_compare.reviews.vocabulary import Vocabulary


@pytest.fixture(autouse=True)
def _reviews(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)


def test_without_test_reviews_those_that_all_networks_only_validated_with_are_offered() -> None:
    found = held_out([Experiment(reviews=1000), Experiment(reviews=1100, validation_split=0.5)])
    assert found is not None
    assert found.kind == "validation"
    assert found.numbers == range(801, 1001)  # the second learned from 550
    reviews = prepared.load("bundled")
    assert found.text(801) == reviews.text(800)
    assert {found.positive(number) for number in found.numbers} == {True, False}
    assert found.positive(801) == (reviews.label(800) == 1)


def test_networks_that_have_no_such_review_in_common_are_offered_none() -> None:
    assert held_out([Experiment(reviews=1000), Experiment(reviews=5000)]) is None
    assert held_out([]) is None


class Prepared:
    """A source that is Keras' file, with two test reviews."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary(["the", "film", "bad"])
        self.testing = Labelled(np.array([1, 2, 3, 2], np.int32), np.array([0, 3, 4]), np.array([0, 1]))


def test_test_reviews_come_first_whatever_the_networks_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Prepared()
    monkeypatch.setattr(prepared, "is_prepared", lambda source: source == "keras")
    monkeypatch.setattr(prepared, "load", lambda _source: file)
    found = held_out([Experiment(reviews=1000), Experiment(reviews=5000)])
    assert found is not None
    assert (found.kind, found.numbers) == ("test", range(1, 3))
    assert [found.text(number) for number in found.numbers] == ["the film bad", "film"]
    assert [found.positive(number) for number in found.numbers] == [False, True]
    assert list(read_text(found.text(1), file.vocabulary, 100, 4).ids) == [1, 4, 5, 6]
