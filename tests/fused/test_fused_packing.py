import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused.arithmetic import Indices
from rnn_compare.fused.packing import BLOCKS, PackedBatch, pack

WIDTH = 4 * 64
"""Enough for the maximum number of blocks."""


def _numbered(reviews: list[list[int]]) -> np.ndarray:
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


def test_a_batch_of_one_review_is_read_in_full() -> None:
    batch, packed = pack(_numbered([[3, 1, 2]]), None, False, WIDTH)
    assert sorted(packed[batch.source >= 0, 0].tolist()) == [1, 2, 3]


def test_masked_words_are_not_read_and_nothing_is_shared() -> None:
    x = _numbered([[7], [5, 6, 7]])
    mask = np.array([[False, False, True], [True, False, True]])
    batch, packed = pack(x, mask, False, WIDTH)
    assert batch.prefix == 0
    assert packed[_own_rows(batch), 0].tolist() == [5, 7, 7]


def test_reading_backwards_begins_at_the_end() -> None:
    batch, packed = pack(_numbered([[1, 2, 3], [4, 5, 6]]), np.ones((2, 3), np.bool_), True, WIDTH)
    assert packed[_own_rows(batch), 0].tolist() == [3, 6, 2, 5, 1, 4]


def test_the_blocks_of_a_batch_have_about_as_many_timesteps() -> None:
    lengths = np.random.default_rng(1).integers(0, 100, 128)
    batch, _ = pack(_numbered([[1] * length for length in lengths]), None, False, WIDTH)
    steps = [int(block.offsets[-1] - block.offsets[0]) for block in batch.blocks]
    assert len(steps) == BLOCKS
    assert max(steps) < 1.05 * min(steps)


@given(st.lists(st.lists(st.integers(1, 3), max_size=6), min_size=1, max_size=40), st.booleans())
def test_every_timestep_is_read_once_or_in_the_shared_prefix(reviews: list[list[int]], backwards: bool) -> None:
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
    own = batch.source[_own_rows(batch)]
    assert len(set(own.tolist())) == len(own)


def _own_rows(batch: PackedBatch) -> Indices:
    """Returns the packed rows that single reviews read: all but those of the prefix and those that read nothing."""
    return np.flatnonzero(batch.source[: batch.prefix_start] >= 0)
