"""Keras' RMSprop with the embedding's step, of a gradient that has few rows, in one compiled pass.

Keras spends as long on it as on a SimpleRNN's forward pass: TensorFlow subtracts row by row. State and results are
those of the stock optimizer, whose own step serves for all other weights.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnn_compare.experiment import Optimizer
from rnn_compare.fused.arithmetic import Array, Indices, compiled
from rnn_compare.networks import keras_models


@keras.saving.register_keras_serializable("rnn_compare")
class FusedRMSprop(keras.optimizers.RMSprop):  # type: ignore[misc]  # Keras is not followed by mypy
    """``keras.optimizers.RMSprop``; with momentum or centered it is that alone."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Changes a weight and its velocity by a gradient; Keras calls it."""
        if not isinstance(gradient, tf.IndexedSlices) or self.momentum > 0 or self.centered:
            super().update_step(gradient, variable, learning_rate)
            return

        def step(*arrays: Any) -> Any:
            ids, rows, rate, weight, velocity = arrays
            return rmsprop(ids, rows, rate, weight, velocity, self.rho, self.epsilon)

        changed = (variable, self._velocities[self._get_variable_index(variable)])
        before = [gradient.indices, gradient.values, learning_rate, *map(tf.convert_to_tensor, changed)]
        for weight, after in zip(changed, tf.numpy_function(step, before, [tf.float32] * 2), strict=True):
            after.set_shape(weight.shape)
            weight.assign(after)


OPTIMIZERS: dict[Optimizer, Callable[..., Any]] = {**keras_models.OPTIMIZERS, "rmsprop": FusedRMSprop}
"""As ``keras_models.OPTIMIZERS``. Adam changes every row in any case, and gains nothing; SGD has nothing to gain."""


@compiled
def rmsprop(
    ids: Indices, rows: Array, learning_rate: np.float32, weight: Array, velocity: Array, rho: float, epsilon: float
) -> tuple[Array, Array]:
    """Returns a weight (vocabulary, features) and its velocity after a step with gradient rows (n, features)."""
    kept, part, least = np.float32(rho), np.float32(1 - rho), np.float32(epsilon)
    weight, velocity = weight.copy(), kept * velocity
    for k in range(len(ids)):
        v = velocity[ids[k]]
        for j in range(len(v)):
            v[j] += part * (rows[k, j] * rows[k, j])
    for k in range(len(ids)):
        w, v = weight[ids[k]], velocity[ids[k]]
        for j in range(len(w)):
            w[j] -= learning_rate * rows[k, j] / np.sqrt(v[j] + least)
    return weight, velocity
