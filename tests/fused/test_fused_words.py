"""Words as ids: their embeddings, and the gradients of those."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.fused import layer, sequences, threads
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.embedding import distinct, embedding_gradient
from rnn_compare.fused.sequences import LayerOptions
from tests.kit.networks import layer_weights


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_each_id_has_its_index_among_the_distinct_ones(ids: list[int]) -> None:
    words, index = distinct(np.array(ids), 10)
    assert words[index].tolist() == ids
    assert len(set(words.tolist())) == len(words)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 9))
def test_the_embeddings_gradient_sums_timesteps_and_their_squares(seed: int, batch: int, timesteps: int) -> None:
    random = np.random.default_rng(seed)
    ids, rows = random.integers(0, 8, (batch, timesteps)), random.normal(size=(batch, timesteps, 3)).astype(np.float32)
    gradient = embedding_gradient(ids, rows, 8)
    assert sorted(gradient.words) == sorted(set(ids.ravel()))
    for word, total, squares in zip(gradient.words, gradient.sums, gradient.squares, strict=True):
        np.testing.assert_allclose(total, rows[ids == word].sum(axis=0), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(squares, np.square(rows[ids == word]).sum(axis=0), rtol=1e-5)


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("masked", [False, True])
def test_words_under_dropout_have_the_gradients_of_their_timesteps(
    cell: str, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    random = np.random.default_rng(7)
    ids = random.integers(0, 6, (24, 9))
    ids[:10, :5] = 0
    table = random.normal(size=(6, 4)).astype(np.float32)
    dropout_mask = np.where(random.random((24, 4)) < 0.4, 0, 1 / 0.6).astype(np.float32)
    towards = random.normal(size=(24, 48)).astype(np.float32)
    options, mask, weights = LayerOptions(KERNELS[cell]), ids != 0 if masked else None, layer_weights(cell, 4, 48, 0.2)

    def by_word() -> tuple[Any, ...]:
        output, word_pass = layer.forward_words(options, mask, ids, table, weights, dropout_mask)
        embedding, of_weights = layer.backward_words(word_pass, towards)
        order = np.argsort(embedding.words)
        assert embedding.words[order].tolist() == list(range(6))
        return output, embedding.sums[order], embedding.squares[order], *of_weights

    output, layer_pass = layer.forward_vectors(options, mask, table[ids], weights, dropout_mask)
    dx, of_weights = layer.backward_vectors(layer_pass, towards)
    gradient = embedding_gradient(ids, dx, 6)
    order = np.argsort(gradient.words)
    expected = (output, gradient.sums[order], gradient.squares[order], *of_weights)
    by_one_thread = by_word()
    for ours, theirs in zip(by_one_thread, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())
    threads.allow(3)
    by_three_threads = by_word()
    threads.allow(1)
    for ours, theirs in zip(by_three_threads, by_one_thread, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_squares_of_shared_padding_are_exact_though_few_rows_stand_for_all_reviews(
    cell: str, return_sequences: bool
) -> None:
    """With two units there are soon more reviews in the padding than numbers in a state."""
    random = np.random.default_rng(3)
    ids = random.integers(1, 8, (40, 30))
    for row, padding in enumerate(random.integers(0, 30, 40)):
        ids[row, :padding] = 0
    shapes = (8, 3), (40, 30, 2) if return_sequences else (40, 2)  # a layer above has gradients in the padding, too
    table, towards = (random.normal(size=shape).astype(np.float32) for shape in shapes)
    options, weights = LayerOptions(KERNELS[cell], return_sequences=return_sequences), layer_weights(cell, 3, 2, 0.7)
    embedding, _ = layer.backward_words(layer.forward_words(options, None, ids, table, weights)[1], towards)
    dx, _ = layer.backward_vectors(layer.forward_vectors(options, None, table[ids], weights)[1], towards)
    gradients = (embedding, embedding_gradient(ids, dx, 8))
    ours, theirs = (gradient.squares[np.argsort(gradient.words)] for gradient in gradients)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
