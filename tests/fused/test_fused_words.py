from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused import sequences, threads, vector_inputs, word_inputs
from rnn_compare.fused.kernels.registry import KERNELS
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.fused.word_inputs import distinct, gradients_of_places
from tests.fused.conftest import layer_weights


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


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("masked", [False, True])
def test_under_dropout_a_word_is_read_once_a_review_and_comes_to_what_its_places_do(
    cell: str, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    random = np.random.default_rng(7)
    ids = random.integers(0, 6, (24, 9))
    ids[:10, :5] = 0
    table = random.normal(size=(6, 4)).astype(np.float32)
    left = np.where(random.random((24, 4)) < 0.4, 0, 1 / 0.6).astype(np.float32)
    towards = random.normal(size=(24, 48)).astype(np.float32)
    options, mask, weights = LayerOptions(KERNELS[cell]), ids != 0 if masked else None, layer_weights(cell, 4, 48, 0.2)

    def by_word() -> tuple[Any, ...]:
        output, read = word_inputs.forward(options, mask, ids, table, *weights, dropout_mask=left)
        embedding, of_weights = word_inputs.backward(options, read, towards)
        order = np.argsort(embedding.words)
        assert embedding.words[order].tolist() == list(range(6))
        return output, embedding.sums[order], embedding.squares[order], *of_weights

    output, read = vector_inputs.forward(options, mask, table[ids] * left[:, np.newaxis], *weights)
    dx, of_weights = vector_inputs.backward(options, read, towards)
    places = gradients_of_places(ids, dx * left[:, np.newaxis], 6)
    order = np.argsort(places.words)
    expected = (output, places.sums[order], places.squares[order], *of_weights)
    found = by_word()
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())
    threads.allow(3)
    again = by_word()
    threads.allow(1)
    for ours, theirs in zip(again, found, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("cell", KERNELS)
def test_squares_of_shared_padding_are_those_of_its_places_though_few_rows_stand_for_all_reviews(cell: str) -> None:
    """With two units, reviews in the padding are soon more than the numbers of their states."""
    random = np.random.default_rng(3)
    ids = random.integers(1, 8, (40, 30))
    for row, padding in enumerate(random.integers(0, 30, 40)):
        ids[row, :padding] = 0
    table, towards = (random.normal(size=shape).astype(np.float32) for shape in ((8, 3), (40, 2)))
    options, weights = LayerOptions(KERNELS[cell]), layer_weights(cell, 3, 2, 0.7)
    _, read = word_inputs.forward(options, None, ids, table, *weights)
    embedding, _ = word_inputs.backward(options, read, towards)
    _, read_as_vectors = vector_inputs.forward(options, None, table[ids], *weights)
    dx, _ = vector_inputs.backward(options, read_as_vectors, towards)
    places = gradients_of_places(ids, dx, 8)
    ours, theirs = (gradient.squares[np.argsort(gradient.words)] for gradient in (embedding, places))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
