from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_compare.fused.optimizers import FusedRMSprop

IDS = np.array([1, 4, 1, 0, 4, 1])  # rows of one word are squared one by one


@pytest.mark.parametrize("options", [{}, {"rho": 0.5, "epsilon": 1e-3}, {"momentum": 0.9}, {"centered": True}], ids=str)
def test_steps_and_state_are_those_of_stock_rmsprop(options: dict[str, Any]) -> None:
    stock, fused = _after_steps(keras.optimizers.RMSprop(0.01, **options)), _after_steps(FusedRMSprop(0.01, **options))
    assert [variable.shape for variable in fused] == [variable.shape for variable in stock]
    for ours, theirs in zip(fused, stock, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


def _after_steps(optimizer: keras.Optimizer) -> list[Any]:
    weight = keras.Variable(np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32))
    for step in range(5):
        optimizer.apply([_rows(step)], [weight])
    return [variable.numpy() for variable in (*optimizer.variables[2:], weight)]


def _rows(step: int) -> tf.IndexedSlices:
    rows = np.random.default_rng(step).normal(size=(len(IDS), 3)).astype(np.float32)
    return tf.IndexedSlices(rows, IDS, (6, 3))
