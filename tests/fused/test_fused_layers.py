from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from numpy.typing import NDArray

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import sequences
from rnn_compare.fused.layers import FUSED_LAYERS, FusedEmbedding

PAIRS: dict[str, tuple[Any, Any]] = {name: (cell(name).keras_layer(), FUSED_LAYERS[name]) for name in CELLS}


@st.composite
def settings_of_a_layer(draw: st.DrawFn) -> dict[str, Any]:
    batch, maxlen = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    return {
        "cell": draw(st.sampled_from(sorted(PAIRS))),
        "units": draw(st.integers(1, 9)),
        "features": draw(st.integers(1, 7)),
        "lengths": draw(st.lists(st.integers(0, maxlen), min_size=batch, max_size=batch)),
        "maxlen": maxlen,
        "masked": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
        "every_step": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


@given(settings_of_a_layer())
@settings(max_examples=40)
def test_outputs_and_all_gradients_are_those_of_the_stock_layer(drawn: dict[str, Any]) -> None:
    random = np.random.default_rng(drawn["seed"])
    x, mask = _padded(random, drawn["lengths"], drawn["maxlen"], drawn["features"])
    stock, fused = (_layer(kind, drawn) for kind in PAIRS[drawn["cell"]])
    stock.build(x.shape)
    fused.build(x.shape)
    fused.set_weights(stock.get_weights())
    towards = random.normal(size=stock.compute_output_shape(x.shape)).astype(np.float32)
    given_mask = mask if drawn["masked"] else None
    for ours, theirs in zip(
        _gradients(fused, x, given_mask, towards), _gradients(stock, x, given_mask, towards), strict=True
    ):
        scale = max(1.0, float(np.abs(theirs).max()))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("name", CELLS)
def test_reviews_of_all_padding_and_of_none_stand_side_by_side(name: str) -> None:
    drawn = {"cell": name, "units": 4, "bidirectional": False, "every_step": False}
    random = np.random.default_rng(1)
    x, _ = _padded(random, [0, 40, 0, 40, 17], 40, 3)
    stock, fused = (_layer(kind, drawn) for kind in PAIRS[name])
    stock.build(x.shape)
    fused.build(x.shape)
    fused.set_weights(stock.get_weights())
    np.testing.assert_allclose(fused(x), stock(x), atol=1e-6)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("mask_zero", [False, True])
@pytest.mark.parametrize("paddings", [(0, 3, 3, 7, 11, 12), (0, 0, 0, 0, 0, 0), (12, 12, 12, 12, 12, 12)], ids=str)
def test_the_embeddings_gradient_has_stocks_sum_and_sum_of_squares_for_each_word(
    name: str, mask_zero: bool, paddings: tuple[int, ...]
) -> None:
    random = np.random.default_rng(2)
    ids = random.integers(1, 9, (6, 12))
    for row, padding in enumerate(paddings):
        ids[row, :padding] = 0
    towards = random.normal(size=(6, 5)).astype(np.float32)
    found = []
    weights: list[NDArray[np.float32]] = []
    for embedding, kind in zip((layers.Embedding, FusedEmbedding), PAIRS[name], strict=True):
        model = keras.Sequential([layers.Input((12,)), embedding(9, 4, mask_zero=mask_zero), kind(5)])
        weights = weights or model.get_weights()
        model.set_weights(weights)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(ids, training=True) * towards)
        slices, *others = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        sums, squares = np.zeros((9, 4)), np.zeros((9, 4))
        np.add.at(sums, slices.indices.numpy(), slices.values.numpy())
        np.add.at(squares, slices.indices.numpy(), np.square(slices.values.numpy()))
        found.append((sums, squares, *others))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("backwards", [False, True])
def test_however_far_single_reviews_are_followed_through_padding_their_sum_is_whole(
    name: str, backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(4)
    x, _ = _padded(random, [0, 9, 12, 30, 28], 30, 3)
    if backwards:
        x = x[:, ::-1].copy()
    layer = PAIRS[name][1](4, go_backwards=backwards)
    layer.build(x.shape)
    towards = random.normal(size=(5, 4)).astype(np.float32)
    found = []
    for followed in (0.0, 0.9):
        monkeypatch.setattr(sequences, "FOLLOWED", np.float32(followed))
        _, dx, *weights = _gradients(layer, x, None, towards)
        found.append([dx, dx.sum(axis=0), *weights])
    (whole, *all_of_it), (shortened, *still_all) = found
    assert np.abs(whole - shortened).max() > 1e-4 * np.abs(whole).max()
    for ours, theirs in zip(still_all, all_of_it, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * np.abs(whole).max())


@pytest.mark.parametrize("name", CELLS)
def test_weights_have_the_names_shapes_and_initial_values_of_stock(name: str) -> None:
    stock, fused = (kind(3, name="same") for kind in PAIRS[name])
    stock.build((None, 5, 2))
    fused.build((None, 5, 2))
    assert [(w.path, w.shape) for w in fused.weights] == [(w.path, w.shape) for w in stock.weights]
    assert fused.cell.get_config() == stock.cell.get_config() | {"name": fused.cell.name}


def test_gradients_outside_of_training_are_refused_with_the_way_out() -> None:
    layer = FUSED_LAYERS["LSTM"](2)
    x = tf.ones((1, 3, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = layer(x)
    with pytest.raises(ValueError, match="training=True"):
        tape.gradient(output, x)


def test_what_no_kernel_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="keeps no state"):
        FUSED_LAYERS["GRU"](2, return_state=True)(tf.ones((1, 3, 2)))


def _padded(
    random: np.random.Generator, lengths: list[int], maxlen: int, features: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    mask = np.arange(maxlen) >= maxlen - np.array(lengths)[:, np.newaxis]
    words, padding = random.normal(size=(len(lengths), maxlen, features)), random.normal(size=features)
    return np.where(mask[:, :, np.newaxis], words, padding).astype(np.float32), mask


def _layer(kind: Any, drawn: dict[str, Any]) -> Any:
    layer = kind(drawn["units"], return_sequences=drawn["every_step"])
    return layers.Bidirectional(layer) if drawn["bidirectional"] else layer


def _gradients(layer: Any, x: NDArray[Any], mask: NDArray[Any] | None, towards: NDArray[Any]) -> list[NDArray[Any]]:
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = layer(inputs, mask=None if mask is None else tf.constant(mask), training=True)
        loss = tf.reduce_sum(output * towards)
    found = tape.gradient(loss, [inputs, *(weight.value for weight in layer.weights)])
    return [output.numpy(), *(gradient.numpy() for gradient in found)]
