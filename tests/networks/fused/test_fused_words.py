import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.networks.fused.words import add_squares, distinct, fewest_rows, sum_by_word


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_each_id_finds_itself_among_the_distinct_ones(ids: list[int]) -> None:
    words, place = distinct(np.array(ids), 10)
    assert words[place].tolist() == ids
    assert len(set(words.tolist())) == len(words)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.sampled_from([0.0, 0.1, 1.0, 100.0]))
def test_few_rows_have_the_sum_and_the_sum_of_squares_of_many(seed: int, occurrences: int, common: float) -> None:
    """The larger the part that all rows of a word have in common, the more rows are needed; the last word needs all."""
    random = np.random.default_rng(seed)
    gradients = random.normal(common, 1, (occurrences, 4)).astype(np.float32)
    place = random.integers(0, 3, occurrences)
    sums, squares, times = sum_by_word(gradients, place, 3), np.zeros((3, 4), np.float32), np.zeros(3, np.int64)
    add_squares(squares, times, place, gradients)
    few_place, few = fewest_rows(sums, squares, times)
    for word in range(3):
        ours, theirs = few[few_place == word], gradients[place == word]
        assert len(ours) <= len(theirs) + 1
        scale = float(np.square(theirs).sum()) + 1e-9
        np.testing.assert_allclose(ours.sum(axis=0), theirs.sum(axis=0), atol=1e-5 * np.sqrt(scale * occurrences))
        np.testing.assert_allclose(np.square(ours).sum(axis=0), np.square(theirs).sum(axis=0), atol=1e-5 * scale)


def test_two_rows_do_where_gradients_point_everywhere() -> None:
    gradients = np.random.default_rng(1).normal(size=(1000, 8)).astype(np.float32)
    squares, times = np.zeros((1, 8), np.float32), np.zeros(1, np.int64)
    place = np.zeros(1000, np.int64)
    add_squares(squares, times, place, gradients)
    assert len(fewest_rows(sum_by_word(gradients, place, 1), squares, times)[1]) <= 20
