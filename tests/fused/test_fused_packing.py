import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused.arithmetic import Indices
from rnn_compare.fused.packing import BLOCKS, PackedBatch, pack

WIDTH = 4 * 64
"""Enough for the maximum number of blocks."""


def _numbered(reviews: list[list[float]]) -> np.ndarray:
    """Reviews padded at the front with zeros; each word is a vector of two numbers."""
    maxlen = max(1, *map(len, reviews))
    ids = np.array([[0] * (maxlen - len(review)) + review for review in reviews], np.float32)
    return np.stack([ids, -ids], axis=-1)


def test_shared_padding_is_computed_once_and_each_review_from_its_first_word() -> None:
    batch, packed = pack(_numbered([[7], [5, 6, 7], [], [], [6, 7]]), None, False, WIDTH)
    (block,) = batch.blocks
    assert block.order.tolist() == [1, 4, 0, 2, 3]  # by where they begin
    assert block.active.tolist() == [1, 2, 3, 5]
    assert batch.prefix == 3
    words = packed[:, 0].tolist()
    assert words[:6] == [5, 6, 6, 7, 7, 7]  # one step after the other
    assert words[6:11] == [0] * 5  # the reviews' last states read nothing
    assert words[11:] == [0, 0, 0, 0]  # the padding, and the state after it


@pytest.mark.parametrize(("backwards", "words"), [(False, [5, 7, 7]), (True, [7, 5, 7])])
def test_masked_words_are_not_read_and_nothing_is_shared(backwards: bool, words: list[int]) -> None:
    mask = np.array([[False, False, True], [True, False, True]])
    batch, packed = pack(_numbered([[7], [5, 6, 7]]), mask, backwards, WIDTH)
    assert batch.prefix == 0
    assert packed[_own_rows(batch), 0].tolist() == words


def test_the_blocks_of_a_batch_have_about_as_many_timesteps() -> None:
    lengths = np.random.default_rng(1).integers(0, 100, 128)
    batch, _ = pack(_numbered([[1] * length for length in lengths]), None, False, WIDTH)
    steps = [int(block.offsets[-1] - block.offsets[0]) for block in batch.blocks]
    assert len(steps) == BLOCKS
    assert max(steps) < 1.05 * min(steps)


@given(st.lists(st.lists(st.sampled_from([1, 2, 3, np.nan]), max_size=6), min_size=1, max_size=40), st.booleans())
def test_every_timestep_is_read_once_or_in_the_shared_prefix(reviews: list[list[float]], backwards: bool) -> None:
    x = _numbered(reviews)
    timesteps = x.shape[1]
    batch, packed = pack(x, None, backwards, WIDTH)
    assert sorted(np.concatenate([block.order for block in batch.blocks]).tolist()) == list(range(len(reviews)))
    for block in batch.blocks:
        for row, review in enumerate(block.order):
            for t in range(timesteps):
                at = timesteps - 1 - t if backwards else t
                packed_row = block.offsets[t] + row if t >= block.starts[row] else batch.prefix_start + t
                np.testing.assert_array_equal(packed[packed_row], x[review, at])
    own = batch.source[_own_rows(batch)].tolist()
    assert len(set(own)) == len(own)


def _own_rows(batch: PackedBatch) -> Indices:
    """Returns the packed rows that single reviews read: all but those of the prefix and those that read nothing."""
    return np.flatnonzero(batch.source[: batch.prefix_start] >= 0)
