from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.explain.held_out import held_out
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text


@pytest.fixture(autouse=True)
def _reviews(reviews_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").mkdir()
    for folder in (reviews_cache / "reviews").glob("bundled-*"):
        (tmp_path / "cache" / "reviews" / folder.name).symlink_to(folder)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)


def test_without_test_reviews_those_that_all_networks_only_validated_with_are_offered() -> None:
    selection = held_out([Experiment(reviews=1000), Experiment(reviews=1100, validation_split=0.5)])
    assert selection is not None
    assert selection.kind == "validation"
    assert selection.numbers == range(801, 1001)  # the second learned from 550
    reviews = prepared.load("bundled")
    assert selection.text(801) == reviews.text(800)
    assert {selection.positive(number) for number in selection.numbers} == {True, False}
    assert selection.positive(801) == (reviews.label(800) == 1)


def test_networks_without_such_a_review_in_common_are_offered_none_and_of_a_lost_source_a_sentence_says_why() -> None:
    assert held_out([Experiment(reviews=1000), Experiment(reviews=5000)]) is None
    assert held_out([]) is None
    with pytest.raises(UserError, match="no source 'gone'"):
        held_out([recorded_experiment('{"source": "gone"}')])


def test_test_reviews_come_first_whichever_source_of_the_same_corpus_the_networks_learned_from(
    write_keras_files: Callable[..., Path],  # the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = write_keras_files(tmp_path / "files", x_test=[[1, 2, 3], [2]], y_test=[0, 1])
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(folder))
    both = [Experiment(reviews=1000), Experiment(reviews=5000, source="keras")]
    assert held_out(both) is None, "nobody waits for a source to be prepared"
    file = prepared.load("keras")
    for networks in (both, both[:1]):
        selection = held_out(networks)
        assert selection is not None
        assert (selection.kind, selection.numbers) == ("test", range(1, 3))
        assert [selection.text(number) for number in selection.numbers] == ["word1 word2 word3", "word2"]
        assert [selection.positive(number) for number in selection.numbers] == [False, True]
        assert list(read_text(selection.text(1), file.vocabulary, 100, 4).ids) == [1, 4, 5, 6]
