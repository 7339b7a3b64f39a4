import math
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.networks.keras_models import layer_class
from rnn_compare.networks.recurrent_layer import CellWeights, by_direction, read_sequence, recurrent_layer

cells = st.sampled_from(CELLS)


def ones(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.ones(shape, np.float32)


def keras_layer(cell: str, units: int, bidirectional: bool, **options: Any) -> keras.Layer:
    layer = layer_class(cell)(units, **options)
    return keras.layers.Bidirectional(layer) if bidirectional else layer


def build(layer: keras.Layer, features: int, seed: int = 0) -> None:
    """Gives a layer weights of which none is zero, the biases neither."""
    random = np.random.default_rng(seed)
    layer.build((None, None, features))
    layer.set_weights([array + 0.2 * random.normal(size=array.shape) for array in layer.get_weights()])


@example("GRU", 3, (2, 5, 4), (True, True, True), 0)  # both directions, a mask with holes, and all timesteps returned
@settings(max_examples=settings().max_examples // 2)
@given(
    cells,
    st.integers(1, 9),
    st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 9)),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.integers(0, 2**32 - 1),
)
def test_a_layer_gives_what_keras_gives(
    cell: str, units: int, shape: tuple[int, int, int], chosen: tuple[bool, bool, bool], seed: int
) -> None:
    (batch, timesteps, features), (bidirectional, masked, return_sequences) = shape, chosen
    random = np.random.default_rng(seed)
    inputs = (2 * random.normal(size=shape)).astype(np.float32)
    # Any mask at all: holes in the middle, nothing read, everything read.
    mask = random.random((batch, timesteps)) < random.choice([0, 0.5, 1]) if masked else None
    layer = keras_layer(cell, units, bidirectional, return_sequences=return_sequences)
    build(layer, features, seed)
    expected = np.asarray(layer(inputs, mask=mask))
    output, _ = recurrent_layer(
        cell, inputs, by_direction(cell, layer.get_weights()), mask, return_sequences=return_sequences
    )
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, expected, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_five_hundred_timesteps_do_not_drift_from_keras(cell: str) -> None:
    inputs = np.random.default_rng(1).normal(size=(2, 500, 8)).astype(np.float32)
    layer = keras_layer(cell, 16, bidirectional=False)
    build(layer, features=8)
    expected = np.asarray(layer(inputs))
    output, _ = recurrent_layer(cell, inputs, by_direction(cell, layer.get_weights()))
    np.testing.assert_allclose(output, expected, atol=1e-5)


def test_masked_timesteps_keep_the_state_and_have_no_signals() -> None:
    inputs = np.random.default_rng(3).normal(size=(1, 4, 3)).astype(np.float32)
    (weights,) = directions_of_new("LSTM", features=3, units=2)
    mask = np.array([[False, True, False, True]])
    trace = read_sequence("LSTM", inputs, weights, mask, with_signals=True)
    np.testing.assert_array_equal(trace.states[0, 0], [0, 0])
    np.testing.assert_array_equal(trace.states[0, 2], trace.states[0, 1])
    np.testing.assert_array_equal(np.isnan(trace.signals["f"]).all(axis=-1), ~mask)
    np.testing.assert_array_equal(trace.signals["carry"][0, 2], trace.signals["carry"][0, 1])


def test_a_trace_without_signals_holds_none() -> None:
    (weights,) = directions_of_new("GRU", features=3, units=2)
    assert read_sequence("GRU", ones(1, 2, 3), weights).signals == {}


def test_sigmoid_neither_overflows_nor_leaves_its_bounds() -> None:
    with np.errstate(all="raise"):
        values = sigmoid(np.array([-1e30, -1, 0, 1, 1e30], np.float32))
    np.testing.assert_allclose(values, [0, 1 / (1 + math.e), 0.5, math.e / (1 + math.e), 1], atol=1e-7)


def directions_of_new(cell: str, features: int, units: int) -> tuple[CellWeights, ...]:
    layer = keras_layer(cell, units, bidirectional=False)
    build(layer, features)
    return by_direction(cell, layer.get_weights())
