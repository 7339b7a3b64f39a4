"""The steps of Keras' optimizers on NumPy arrays, which they change in place.

Keras spends as long on RMSprop's step of an embedding as on a SimpleRNN's forward pass: TensorFlow subtracts row by
row, one for each place. State and results are those of Keras' optimizers in float32, with `clipnorm` if set and other
options at their defaults.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from rnn_compare.experiment import Optimizer
from rnn_compare.fused.arithmetic import AHEAD, Array, Indices, compiled, prefetch
from rnn_compare.fused.word_inputs import WordGradients


class Steps(ABC):
    """The steps of one optimizer, from the state that it has.

    Args:
        moments: For each kind of moment in ``kinds`` the array of each weight.
        done: Steps taken before.
        clipnorm: Largest norm of each weight's gradient; None for no limit.

    Attributes:
        kinds: What it keeps of each weight, as Keras' variables are named.
    """

    kinds: ClassVar[tuple[str, ...]] = ()

    def __init__(self, moments: Sequence[Sequence[Array]], done: int, clipnorm: float | None = None) -> None:
        self.moments = moments
        self.done = done
        self.clipnorm = clipnorm

    def step(
        self, weights: Sequence[Array], embedding: WordGradients, gradients: Sequence[Array], learning_rate: float
    ) -> float:
        """Changes all weights, and returns the largest norm of a weight's gradient, before clipping.

        Args:
            weights: The embedding, and all others.
            embedding: Its gradient.
            gradients: Those of the others.
            learning_rate: The step's size.
        """
        rate = np.float32(learning_rate)
        # Keras takes the norm of the embedding's gradient over its rows, one for each place.
        norms = np.sqrt([embedding.squares.sum(), *(np.square(gradient).sum() for gradient in gradients)])
        if self.clipnorm:
            embedding, gradients = _clipped(embedding, gradients, norms, np.float32(self.clipnorm))
        table, *others = weights
        first, *rest = zip(*self.moments, strict=True) if self.moments else [()] * len(weights)
        self._step_embedding(table, embedding, rate, *first)
        for weight, gradient, moments in zip(others, gradients, rest, strict=True):
            self._step_dense(weight, gradient, rate, *moments)
        self.done += 1
        return float(norms.max())

    @abstractmethod
    def _step_embedding(self, table: Array, gradient: WordGradients, rate: np.float32, *moments: Array) -> None: ...

    @abstractmethod
    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *moments: Array) -> None: ...


class SGD(Steps):
    """``keras.optimizers.SGD``."""

    def _step_embedding(self, table: Array, gradient: WordGradients, rate: np.float32, *_moments: Array) -> None:
        table[gradient.words] -= rate * gradient.sums

    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *_moments: Array) -> None:
        weight -= rate * gradient


class RMSprop(Steps):
    """``keras.optimizers.RMSprop``."""

    kinds = ("velocity",)
    rho, epsilon = np.float32(0.9), np.float32(1e-7)

    def _step_embedding(self, table: Array, gradient: WordGradients, rate: np.float32, *moments: Array) -> None:
        (velocity,) = moments
        velocity *= self.rho
        _rmsprop(gradient.words, gradient.sums, gradient.squares, table, velocity, rate, self.rho, self.epsilon)

    def _step_dense(self, weight: Array, gradient: Array, rate: np.float32, *moments: Array) -> None:
        (velocity,) = moments
        velocity *= self.rho
        velocity += (1 - self.rho) * np.square(gradient)
        weight -= rate * gradient / np.sqrt(velocity + self.epsilon)


class Adam(Steps):
    """``keras.optimizers.Adam``."""

    kinds = ("momentum", "velocity")
    beta_1, beta_2, epsilon = np.float32(0.9), np.float32(0.999), np.float32(1e-7)

    def _step_embedding(self, table: Array, gradient: WordGradients, rate: np.float32, *moments: Array) -> None:
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
        step = np.float32(self.done + 1)
        corrected = rate * np.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        weight -= momentum * corrected / (np.sqrt(velocity) + self.epsilon)


def _clipped(
    embedding: WordGradients, gradients: Sequence[Array], norms: Array, clipnorm: np.float32
) -> tuple[WordGradients, list[Array]]:
    """Scales each gradient to the norm ``clipnorm`` if it is longer, as ``keras.optimizers.Optimizer`` does."""
    scale, *scales = clipnorm / np.maximum(norms, clipnorm)
    dense = [gradient * scale for gradient, scale in zip(gradients, scales, strict=True)]
    return WordGradients(embedding.words, embedding.sums * scale, embedding.squares * scale**2), dense


STEPS: dict[Optimizer, type[Steps]] = {"rmsprop": RMSprop, "adam": Adam, "sgd": SGD}
"""The steps of each of Keras' optimizers, as ``keras_models.OPTIMIZERS`` names them."""


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
