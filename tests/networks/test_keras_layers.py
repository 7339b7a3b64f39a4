"""Layers that are written from formulas."""

from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.networks.keras_layers import layer_source
from rnn_compare.networks.keras_models import layer_class


@pytest.mark.parametrize("name", [name for name in CELLS if cell(name).in_keras])
def test_the_layer_that_is_written_from_formulas_is_keras_own(name: str) -> None:
    names: dict[str, Any] = {"__name__": __name__, "keras": keras, "layers": keras.layers, "ops": keras.ops}
    exec(layer_source(cell(name)).replace('"rnn_compare"', '"tests"'), names)
    own, written = layer_class(name)(4), names[name](4)
    random = np.random.default_rng(0)
    inputs, mask = 2 * random.normal(size=(3, 7, 5)).astype(np.float32), random.random((3, 7)) < 0.6
    for layer in (own, written):
        layer.build((None, None, 5))
    written.set_weights([array + 0.3 * random.normal(size=array.shape) for array in own.get_weights()])
    own.set_weights(written.get_weights())
    np.testing.assert_allclose(written(inputs, mask=mask), own(inputs, mask=mask), atol=1e-6)
