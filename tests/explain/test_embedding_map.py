import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.embedding_map import (
    find_word,
    known_ids,
    neighbours,
    one_word_verdicts,
    principal_plane,
    word_map,
)
from rnn_compare.explain.prediction import predict
from rnn_compare.reviews.vocabulary import Vocabulary
from tests.kit.networks import VOCABULARY, encoded, random_weights, small, small_networks


@given(small_networks(), st.integers(0, 2**31))
def test_a_words_own_verdict_is_that_of_a_review_of_that_word(experiment: Experiment, seed: int) -> None:
    weights, words = random_weights(experiment, seed), ["word1", "word50", "word96", "qwerty"]
    rows = np.stack([encoded(experiment, word).ids for word in words])
    ids = np.array([VOCABULARY.id(word, experiment.vocabulary_size) for word in words])
    np.testing.assert_allclose(
        one_word_verdicts(experiment, weights, ids), predict(experiment, weights, rows), atol=1e-5
    )


def test_the_map_shows_the_most_frequent_words_that_the_network_knows() -> None:
    experiment = small()
    weights = random_weights(experiment)
    whole = word_map(experiment, weights, VOCABULARY)
    assert whole.words == tuple(f"word{rank}" for rank in range(1, 97))
    assert whole.points.shape == (96, 2)
    np.testing.assert_array_equal(whole.verdicts, one_word_verdicts(experiment, weights, whole.ids))
    assert word_map(experiment, weights, VOCABULARY, count=7).words == whole.words[:7]
    assert known_ids(experiment, Vocabulary(["a", "b"])).tolist() == [4, 5]


def test_the_axes_are_the_two_widest() -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32) * [1, 5, 2, 3, 1, 1]
    points = principal_plane(vectors.astype(np.float32), vectors[:, 1].astype(np.float32))
    variances = np.sort(np.linalg.eigvalsh(np.cov(vectors.T)))[::-1]
    np.testing.assert_allclose(points.var(axis=0, ddof=1), variances[:2], rtol=1e-4)
    np.testing.assert_allclose(np.corrcoef(points.T), np.eye(2), atol=1e-4)


@given(seed=st.integers(0, 2**31), mirrored=st.lists(st.sampled_from([-1, 1]), min_size=4, max_size=4))
def test_a_mirrored_embedding_gives_the_same_map_turned_towards_the_positive_words(
    seed: int, mirrored: list[int]
) -> None:
    random = np.random.default_rng(seed)
    vectors, along = random.normal(size=(30, 4)).astype(np.float32), random.random(30).astype(np.float32)
    vectors *= np.array([4, 3, 2, 1], np.float32)  # axes of equal width would be any two of them
    points = principal_plane(vectors, along)
    again = principal_plane(vectors * np.array(mirrored, np.float32), along)
    np.testing.assert_allclose(again, points, atol=1e-4)
    assert (np.dot(along - along.mean(), points) >= 0).all()


@pytest.mark.parametrize("shape", [(1, 5), (8, 1), (2, 3)])
def test_a_plane_that_is_not_filled_is_flat(shape: tuple[int, int]) -> None:
    vectors = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    points = principal_plane(vectors, np.zeros(shape[0], np.float32))
    assert np.isfinite(points).all()
    np.testing.assert_allclose(points[:, 1], 0, atol=1e-6)


def test_neighbours_point_the_same_way_however_long_they_are() -> None:
    experiment = small(embedding_size=2)
    weights = random_weights(experiment)
    embedding = weights["embedding/embeddings"]
    embedding[:] = [-1, 0]
    embedding[4:8] = [[1, 0], [9, 1], [1, 1], [0, 0]]
    result = neighbours(experiment, weights, VOCABULARY, "Word1", count=4)
    assert [word for word, _ in result] == ["word2", "word3", "word4", "word5"]
    assert [cosine for _, cosine in result] == pytest.approx([9 / 82**0.5, 0.5**0.5, 0, -1], abs=1e-6)


def test_only_frequent_words_are_neighbours_of_any_word() -> None:
    experiment = small()
    result = neighbours(experiment, random_weights(experiment), VOCABULARY, "word90", count=50, among=20)
    assert {word for word, _ in result} == {f"word{rank}" for rank in range(1, 21)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Type one word"),
        ("<br>?!" * 10 + "...", "Type one word"),
        ("two words", "Type one word"),
        ("xyzzy", "“xyzzy” is in none of the training reviews"),
        ("x" * 5000, "xxx…” is in none of the training reviews"),
        ("word97", "rank 97 by frequency, beyond the first 96"),
    ],
)
def test_text_that_is_not_one_known_word_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        find_word(small(), VOCABULARY, text)
