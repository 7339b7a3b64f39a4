import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.experiment import Experiment
from rnn_compare.explain.word_memory import WordChoice, draw_texts, memory_test, spaced_distances
from rnn_compare.networks.weights import Weights
from tests.kit.networks import VOCABULARY, random_weights, small

WORDS = WordChoice(
    positive=(("word1", 2.0), ("word2", 1.9)),
    negative=(("word3", -2.0), ("word4", -1.9)),
    neutral=tuple((f"word{rank}", 0.0) for rank in range(10, 60)),
)


def remembering(keep: float, *, lean: float = 0, noise: float = 0, seed: int = 0) -> tuple[Experiment, Weights]:
    """A network of one unit that keeps a share of its state at each word: positive words +1, negative ones -1.

    Its states are so small that tanh is as good as straight.
    """
    experiment = small(units=1, embedding_size=1, maxlen=40)
    tensors = {path: np.zeros_like(array) for path, array in random_weights(experiment).items()}
    embedding = tensors["embedding/embeddings"]
    embedding[:, 0] = noise * np.random.default_rng(seed).normal(size=len(embedding))
    embedding[[4, 5, 6, 7], 0] = [1, 1, -1, -1]
    tensors["simple_rnn/simple_rnn_cell/kernel"][:] = 0.001
    tensors["simple_rnn/simple_rnn_cell/recurrent_kernel"][:] = keep
    tensors["dense/kernel"][:] = 1000
    tensors["dense/bias"][:] = lean
    return experiment, tensors


@pytest.mark.parametrize(("lean", "noise"), [(0, 0), (-3, 0), (0, 1)])
def test_a_network_that_keeps_its_state_recalls_a_word_at_every_distance_though_it_leans_or_neutral_words_weigh(
    lean: float, noise: float
) -> None:
    test = memory_test(*remembering(1, lean=lean, noise=noise), VOCABULARY, WORDS)
    np.testing.assert_array_equal(test.told_apart, 1)
    np.testing.assert_allclose(test.effect, 2, rtol=1e-3)
    assert (test.distances[0], test.distances[-1]) == (1, 40)


@pytest.mark.parametrize("keep", [0, 0.8])
def test_a_state_that_fades_shows_as_a_fading_effect(keep: float) -> None:
    test = memory_test(*remembering(keep), VOCABULARY, WORDS)
    np.testing.assert_allclose(test.effect, 2 * keep ** (test.distances - 1.0), rtol=1e-2)
    np.testing.assert_array_equal(test.told_apart, np.where(test.effect > 0, 1, 0.5))


@given(pairs=st.integers(1, 12), maxlen=st.integers(1, 30), seed=st.integers(0, 2**31))
def test_texts_are_neutral_but_for_one_word_at_its_distance(pairs: int, maxlen: int, seed: int) -> None:
    distances = spaced_distances(maxlen, 5)
    rows = draw_texts(maxlen, VOCABULARY, WORDS, distances, pairs, seed)
    assert rows.shape == (len(distances), 2, pairs, maxlen)
    neutral = [VOCABULARY.id(word) for word, _ in WORDS.neutral]
    for distance, (with_positive, with_negative) in zip(distances, rows, strict=True):
        assert set(with_positive[:, -distance]) <= {4, 5}
        assert set(with_negative[:, -distance]) <= {6, 7}
        for text in (with_positive, with_negative):
            assert np.isin(np.delete(text, -distance, 1), neutral).all()
        np.testing.assert_array_equal(np.delete(with_positive, -distance, 1), np.delete(with_negative, -distance, 1))
    np.testing.assert_array_equal(rows, draw_texts(maxlen, VOCABULARY, WORDS, distances, pairs, seed))


def test_every_sentiment_word_is_used_as_often_as_the_others_and_another_seed_draws_other_texts() -> None:
    rows, others = (draw_texts(9, VOCABULARY, WORDS, np.array([3]), 20, seed) for seed in (0, 1))
    assert [np.count_nonzero(rows[0] == word_id) for word_id in (4, 5, 6, 7)] == [10, 10, 10, 10]
    assert (rows != others).any()
