import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused.packing import pack
from rnn_compare.fused.word_inputs import distinct, fewest_rows, occurrences


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
    sums, squares = np.zeros((3, 4), np.float32), np.zeros((3, 4), np.float32)
    np.add.at(sums, place, gradients)
    np.add.at(squares, place, np.square(gradients))
    few_place, few = fewest_rows(sums, squares, np.bincount(place, minlength=3))
    for word in range(3):
        ours, theirs = few[few_place == word], gradients[place == word]
        assert len(ours) <= len(theirs) + 1
        scale = float(np.square(theirs).sum()) + 1e-9
        np.testing.assert_allclose(ours.sum(axis=0), theirs.sum(axis=0), atol=1e-5 * np.sqrt(scale * occurrences))
        np.testing.assert_allclose(np.square(ours).sum(axis=0), np.square(theirs).sum(axis=0), atol=1e-5 * scale)


def test_two_rows_do_where_gradients_point_everywhere() -> None:
    gradients = np.random.default_rng(1).normal(size=(1000, 8)).astype(np.float32)
    sums, squares = gradients.sum(axis=0, keepdims=True), np.square(gradients).sum(axis=0, keepdims=True)
    assert len(fewest_rows(sums, squares, np.array([1000]))[1]) <= 20


def test_words_are_counted_at_every_place_also_in_padding_that_is_read_once() -> None:
    ids = np.array([[0, 0, 0, 0], [0, 0, 0, 5], [0, 0, 7, 5], [5, 0, 5, 5]])
    batch, packed = pack(ids.astype(np.float32)[:, :, np.newaxis], None, False, 1)
    words, place = distinct(packed[:, 0].astype(np.int64), 10)
    times = dict(zip(words.tolist(), occurrences(batch, place).tolist(), strict=True))
    assert times == {word: int((ids == word).sum()) for word in (0, 5, 7)}
