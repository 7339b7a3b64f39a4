"""What a network predicts for each validation review, kept while Keras validates it. For workers: imports TensorFlow.

Keras throws predictions away once loss and accuracy are counted; a second pass over the reviews would cost a tenth of
an epoch.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


class ValidationPredictions:
    """Keeps the probabilities of the validation that is running or was last.

    It sits where Keras computes the loss of a batch. Nothing of it belongs to the model: its variables, logs, files
    and summary are what they were, and training is compiled without it.

    Args:
        model: A compiled model of one output, whose ``fit`` validates the reviews batch by batch in their order.
        reviews: How many there are.
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
        """Makes the next batch the first."""
        self._seen.assign(0)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """A copy, in the order of the reviews (reviews,)."""
        values: NDArray[np.float32] = self._values.numpy()
        return values

    def _keep(self, predicted: tf.Tensor) -> None:
        batch = tf.reshape(predicted, [-1])
        places = self._seen + tf.range(tf.size(batch))
        self._values.scatter_nd_update(places[:, tf.newaxis], batch)
        self._seen.assign_add(tf.size(batch))
