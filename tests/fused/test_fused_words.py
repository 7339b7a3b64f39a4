import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused.word_inputs import distinct, gradients_of_places


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_each_id_finds_itself_among_the_distinct_ones(ids: list[int]) -> None:
    words, place = distinct(np.array(ids), 10)
    assert words[place].tolist() == ids
    assert len(set(words.tolist())) == len(words)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 9))
def test_the_embeddings_gradient_adds_up_places_and_the_squares_of_each(seed: int, batch: int, timesteps: int) -> None:
    random = np.random.default_rng(seed)
    ids, rows = random.integers(0, 8, (batch, timesteps)), random.normal(size=(batch, timesteps, 3)).astype(np.float32)
    found = gradients_of_places(ids, rows, 8)
    assert sorted(found.words) == sorted(set(ids.ravel()))
    for word, total, squares in zip(found.words, found.sums, found.squares, strict=True):
        np.testing.assert_allclose(total, rows[ids == word].sum(axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(squares, np.square(rows[ids == word]).sum(axis=0), rtol=1e-5)
