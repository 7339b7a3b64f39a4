"""Optimizers by kernels take the steps of Keras' own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_compare.experiment import Optimizer
from rnn_compare.fused.embedding import embedding_gradient
from rnn_compare.fused.optimizers import FUSED_OPTIMIZERS
from rnn_compare.networks.keras_models import OPTIMIZERS

IDS = np.array([1, 4, 1, 0, 4, 1])  # Keras squares the rows of one word one by one
SHAPES = ((6, 3), (3, 4), (4,))


@pytest.mark.parametrize("clipnorm", [None, 0.5, 100.0])
@pytest.mark.parametrize("name", sorted(FUSED_OPTIMIZERS))
def test_steps_and_state_are_those_of_keras(name: Optimizer, clipnorm: float | None) -> None:
    random = np.random.default_rng(1)
    weights = [random.normal(size=shape).astype(np.float32) for shape in SHAPES]
    theirs = [keras.Variable(weight) for weight in weights]
    optimizer = OPTIMIZERS[name](0.01, clipnorm=clipnorm)
    steps = FUSED_OPTIMIZERS[name](
        [[np.zeros_like(weight) for weight in weights] for _ in FUSED_OPTIMIZERS[name].kinds], 0, clipnorm
    )
    for _ in range(5):
        rows, *dense = (random.normal(size=shape).astype(np.float32) for shape in ((len(IDS), 3), *SHAPES[1:]))
        optimizer.apply([tf.IndexedSlices(rows, IDS, SHAPES[0]), *map(tf.constant, dense)], theirs)
        norm = steps.step(weights, embedding_gradient(IDS[np.newaxis], rows[np.newaxis], 6), dense, 0.01)
        assert norm == pytest.approx(max(np.linalg.norm(gradient) for gradient in (rows, *dense)))
    for ours, keras_own in zip([*weights, *_ordered(steps)], [*theirs, *optimizer.variables[2:]], strict=True):
        np.testing.assert_allclose(ours, keras_own.numpy(), rtol=1e-5, atol=1e-7)
    assert steps.iterations == int(optimizer.iterations)


def _ordered(steps: Any) -> list[Any]:
    """Returns the moments in the order of Keras' variables: weight by weight."""
    return [moment for of_weight in zip(*steps.moments, strict=True) for moment in of_weight]
