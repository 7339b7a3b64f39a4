"""Keras' optimizers on NumPy arrays, which they change in place.

Keras' RMSprop takes as long for an embedding as a SimpleRNN's forward pass: TensorFlow subtracts a row for each
timestep. State and results are those of Keras' optimizers in float32, with ``clipnorm`` if set and other options at
their defaults.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from rnn_compare.experiment import Optimizer
from rnn_compare.fused.arithmetic import AHEAD, Array, Indices, compiled, prefetch
from rnn_compare.fused.embedding import EmbeddingGradient


class FusedOptimizer(ABC):
    """An optimizer and its state.

    Args:
        moments: For each of ``kinds`` the array of each weight.
        iterations: The number of steps taken before.
        clipnorm: Largest norm of each weight's gradient; None for no limit.

    Attributes:
        kinds: The moments of each weight, as Keras names its variables.
    """

    kinds: ClassVar[tuple[str, ...]] = ()

    def __init__(self, moments: Sequence[Sequence[Array]], iterations: int, clipnorm: float | None = None) -> None:
        self.moments = moments
        self.iterations = iterations
        self.clipnorm = clipnorm

    def step(
        self, weights: Sequence[Array], embedding: EmbeddingGradient, gradients: Sequence[Array], learning_rate: float
    ) -> float:
        """Updates all weights, and returns the largest norm of a weight's gradient before clipping.

        Args:
            weights: The embedding, and all other weights.
            embedding: Gradient of the embedding.
            gradients: Gradients of the other weights.
            learning_rate: The learning rate.
        """
        rate = np.float32(learning_rate)
        # In Keras the embedding's gradient has a row for each timestep, and the norm is that of all rows.
        norms = np.sqrt([embedding.squares.sum(), *(np.square(gradient).sum() for gradient in gradients)])
        if self.clipnorm:
            embedding, gradients = _clipped(embedding, gradients, norms, np.float32(self.clipnorm))
        table, *others = weights
        first, *rest = zip(*self.moments, strict=True) if self.moments else [()] * len(weights)
        self._step_embedding(table, embedding, rate, *first)
        for weight, gradient, moments in zip(others, gradients, rest, strict=True):
            self._step_dense(weight, gradient, rate, *moments)
        self.iterations += 1
        return float(norms.max())

    @abstractmethod
    def _step_embedding(self, table: Array, gradient: EmbeddingGradient, rate: np.float32, *moments: Array) -> None: ...

    @abstractmethod
    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *moments: Array) -> None: ...


class SGD(FusedOptimizer):
    """``keras.optimizers.SGD``."""

    def _step_embedding(self, table: Array, gradient: EmbeddingGradient, rate: np.float32, *_moments: Array) -> None:
        table[gradient.words] -= rate * gradient.sums

    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *_moments: Array) -> None:
        weight -= rate * gradient


class RMSprop(FusedOptimizer):
    """``keras.optimizers.RMSprop``."""

    kinds = ("velocity",)
    rho, epsilon = np.float32(0.9), np.float32(1e-7)

    def _step_embedding(self, table: Array, gradient: EmbeddingGradient, rate: np.float32, *moments: Array) -> None:
        (velocity,) = moments
        velocity *= self.rho
        _rmsprop(gradient.words, gradient.sums, gradient.squares, table, velocity, rate, self.rho, self.epsilon)

    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *moments: Array) -> None:
        (velocity,) = moments
        velocity *= self.rho
        velocity += (1 - self.rho) * np.square(gradient)
        weight -= rate * gradient / np.sqrt(velocity + self.epsilon)


class Adam(FusedOptimizer):
    """``keras.optimizers.Adam``."""

    kinds = ("momentum", "velocity")
    beta_1, beta_2, epsilon = np.float32(0.9), np.float32(0.999), np.float32(1e-7)

    def _step_embedding(self, table: Array, gradient: EmbeddingGradient, rate: np.float32, *moments: Array) -> None:
        momentum, velocity = moments
        momentum *= self.beta_1
        velocity *= self.beta_2
        momentum[gradient.words] += (1 - self.beta_1) * gradient.sums
        velocity[gradient.words] += (1 - self.beta_2) * gradient.squares
        self._move(table, momentum, velocity, rate)

    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *moments: Array) -> None:
        momentum, velocity = moments
        momentum += (1 - self.beta_1) * (gradient - momentum)
        velocity += (1 - self.beta_2) * (np.square(gradient) - velocity)
        self._move(weight, momentum, velocity, rate)

    def _move(self, weight: Array, momentum: Array, velocity: Array, rate: np.float32) -> None:
        step = np.float32(self.iterations + 1)
        corrected = rate * np.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        weight -= momentum * corrected / (np.sqrt(velocity) + self.epsilon)


def _clipped(
    embedding: EmbeddingGradient, gradients: Sequence[Array], norms: Array, clipnorm: np.float32
) -> tuple[EmbeddingGradient, list[Array]]:
    """Scales each gradient to the norm ``clipnorm`` if it is longer, as ``keras.optimizers.Optimizer`` does."""
    scale, *scales = clipnorm / np.maximum(norms, clipnorm)
    dense = [gradient * scale for gradient, scale in zip(gradients, scales, strict=True)]
    return EmbeddingGradient(embedding.words, embedding.sums * scale, embedding.squares * scale**2), dense


FUSED_OPTIMIZERS: dict[Optimizer, type[FusedOptimizer]] = {"rmsprop": RMSprop, "adam": Adam, "sgd": SGD}
"""The counterparts of ``keras_models.OPTIMIZERS``."""


@compiled
def _rmsprop(
    words: Indices,
    sums: Array,
    squares: Array,
    table: Array,
    velocity: Array,
    rate: np.float32,
    rho: np.float32,
    epsilon: np.float32,
) -> None:
    for k in range(len(words)):
        if k + AHEAD < len(words):
            prefetch(table, words[k + AHEAD])
            prefetch(velocity, words[k + AHEAD])
        row, v = table[words[k]], velocity[words[k]]
        for j in range(len(row)):
            v[j] += (np.float32(1) - rho) * squares[k, j]
            row[j] -= rate * sums[k, j] / np.sqrt(v[j] + epsilon)
