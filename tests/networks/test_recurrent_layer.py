import math
from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.networks.keras_models import layer_class
from rnn_compare.networks.recurrent_layer import CellWeights, by_direction, read_sequence, recurrent_layer


def built(cell: str, bidirectional: bool = False, **options: Any) -> tuple[keras.Layer, tuple[CellWeights, ...]]:
    """Returns a layer of three units for four features with weights of which none is zero, and these."""
    random, layer = np.random.default_rng(0), layer_class(cell)(3, **options)
    layer = keras.layers.Bidirectional(layer) if bidirectional else layer
    layer.build((None, None, 4))
    layer.set_weights([array + 0.2 * random.normal(size=array.shape) for array in layer.get_weights()])
    return layer, by_direction(cell, layer.get_weights())


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_all_states_are_those_of_keras_wherever_something_is_masked(cell: str, bidirectional: bool) -> None:
    random = np.random.default_rng(1)
    inputs, mask = 2 * random.normal(size=(4, 7, 4)).astype(np.float32), random.random((4, 7)) < 0.5
    mask[0], mask[1] = False, True
    layer, weights = built(cell, bidirectional, return_sequences=True)
    output, _ = recurrent_layer(cell, inputs, weights, mask, return_sequences=True)
    np.testing.assert_allclose(output, np.asarray(layer(inputs, mask=mask)), atol=1e-5)
    assert output.dtype == np.float32


def test_masked_timesteps_keep_the_state_and_have_no_signals() -> None:
    inputs = np.random.default_rng(3).normal(size=(1, 4, 4)).astype(np.float32)
    _, (weights,) = built("LSTM")
    mask = np.array([[False, True, False, True]])
    assert read_sequence("LSTM", inputs, weights, mask).signals == {}, "unless they are requested"
    trace = read_sequence("LSTM", inputs, weights, mask, with_signals=True)
    np.testing.assert_array_equal(trace.states[0, 0], 0)
    np.testing.assert_array_equal(trace.states[0, 2], trace.states[0, 1])
    np.testing.assert_array_equal(np.isnan(trace.signals["f"]).all(axis=-1), ~mask)
    np.testing.assert_array_equal(trace.signals["carry"][0, 2], trace.signals["carry"][0, 1])


def test_sigmoid_neither_overflows_nor_leaves_its_bounds() -> None:
    with np.errstate(all="raise"):
        values = sigmoid(np.array([-1e30, -1, 0, 1, 1e30], np.float32))
    np.testing.assert_allclose(values, [0, 1 / (1 + math.e), 0.5, math.e / (1 + math.e), 1], atol=1e-7)
