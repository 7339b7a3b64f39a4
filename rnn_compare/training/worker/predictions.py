"""Predictions for the validation reviews, kept while Keras validates. For workers only: imports TensorFlow.

Keras throws predictions away once loss and accuracy are counted; a second pass over the reviews would cost a tenth of
an epoch.
"""

from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnn_compare.fused.network import FusedNetwork


class ValidationPredictions(Protocol):
    """Keeps the probabilities of the validation that is running or was last."""

    def begin(self) -> None:
        """Makes the next batch the first."""

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """A copy, in the order of the reviews (reviews,)."""


def validation_predictions(model: keras.Model, reviews: int) -> ValidationPredictions:
    """Returns what keeps a model's predictions for the validation reviews.

    Args:
        model: A compiled model of one output, whose ``fit`` validates the reviews batch by batch in their order.
        reviews: How many there are.
    """
    return _OfFused(model) if isinstance(model, FusedNetwork) else _OfStock(model, reviews)


class _OfFused:
    def __init__(self, model: FusedNetwork) -> None:
        self._model = model

    def begin(self) -> None:
        """The network itself begins anew."""

    @property
    def probabilities(self) -> NDArray[np.float32]:
        return np.concatenate(self._model.predicted)


class _OfStock:
    """It sits where Keras computes the loss of a batch. Nothing of it belongs to the model: its variables, logs, files
    and summary are what they were, and training is compiled without it.
    """

    def __init__(self, model: keras.Model, reviews: int) -> None:
        self._values = tf.Variable(tf.zeros(reviews))
        self._seen = tf.Variable(0)
        compute_loss = model.compute_loss

        def keep_and_compute_loss(
            x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
        ) -> Any:
            if not training:
                self._keep(y_pred)
            return compute_loss(x, y, y_pred, sample_weight, training)

        model.compute_loss = keep_and_compute_loss

    def begin(self) -> None:
        self._seen.assign(0)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        values: NDArray[np.float32] = self._values.numpy()
        return values

    def _keep(self, predicted: tf.Tensor) -> None:
        batch = tf.reshape(predicted, [-1])
        places = self._seen + tf.range(tf.size(batch))
        self._values.scatter_nd_update(places[:, tf.newaxis], batch)
        self._seen.assign_add(tf.size(batch))
