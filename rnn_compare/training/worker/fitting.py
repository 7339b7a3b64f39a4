"""``fit`` for fused and stock Keras networks: its callbacks, and what they predict meanwhile. Imports TensorFlow."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.metrics.registry import METRICS, computed
from rnn_compare.networks import keras_models
from rnn_compare.reviews.batches import Batches
from rnn_compare.runs.events import EpochEnd, Part, Predictions, accuracy, encoded
from rnn_compare.training.worker.progress_reporter import GradientRecorder, Stream


def fit(
    model: keras.Model,
    training: Batches,
    validation: Batches,
    callbacks: Sequence[keras.callbacks.Callback],
    initial_epoch: int = 0,
) -> keras.callbacks.History:
    """Trains a compiled network, fused or Keras' own, for all epochs of its batches that are left, and validates it.

    The validation is the same after every epoch; callbacks are called as Keras' ``fit`` does. Epochs count from 0.
    """
    if isinstance(model, FusedNetwork):
        return model.fit(training, validation, callbacks, initial_epoch)
    return model.fit(
        dataset(training, initial_epoch),
        steps_per_epoch=len(training),
        validation_data=dataset(validation),
        initial_epoch=initial_epoch,
        epochs=len(training.orders),
        shuffle=False,
        callbacks=[_GradientNorm(model.optimizer), *callbacks],
        verbose=0,
    )


def dataset(batches: Batches, initial_epoch: int = 0) -> tf.data.Dataset:
    """Returns the batches of all epochs from ``initial_epoch`` on, one after the other.

    One data set for all: Keras builds a pipeline anew for every ``fit``, which takes a fifth of a second.
    """
    ids, labels, orders = tf.constant(batches.ids), tf.constant(batches.labels), batches.orders[initial_epoch:]
    epochs = tf.data.Dataset.from_tensor_slices(orders)
    rows = epochs.flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(batches.size))
    options = tf.data.Options()
    # The thread that tunes a pipeline sleeps for up to a minute and is waited for when a training ends.
    options.autotune.enabled = False
    batched = rows.map(lambda rows: (tf.gather(ids, rows), tf.gather(labels, rows))).with_options(options)
    # Else Keras finds the end by asking for a batch too many, and the masks of dropout move on.
    counted = batched.apply(tf.data.experimental.assert_cardinality(len(orders) * len(batches)))
    return counted.prefetch(1)  # a third of a millisecond for each batch, where another core is free


class _GradientNorm(keras.callbacks.Callback):  # type: ignore[misc]  # Keras' types are not read, see pyproject.toml
    """Adds ``gradient_norm`` to an epoch's logs. It sits where Keras hands the gradients to the optimizer."""

    def __init__(self, optimizer: keras.optimizers.Optimizer) -> None:
        super().__init__()
        self._largest = tf.Variable(0.0)
        apply = optimizer.apply

        def measure_and_apply(gradients: Sequence[Any], variables: Any = None) -> Any:
            norms = [tf.norm(getattr(gradient, "values", gradient)) for gradient in gradients]  # the embedding's rows
            self._largest.assign(tf.reduce_max([self._largest, *norms]))
            return apply(gradients, variables)

        optimizer.apply = measure_and_apply

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        self._largest.assign(0.0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: ARG002  # Keras' own
        logs["gradient_norm"] = float(self._largest)


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


ValidationPredictions = _OfFused | _OfStock
"""Keeps the probabilities of the validation that is running or was last, in the order of the reviews (reviews,).

``begin`` makes the next batch the first.
"""


def validation_predictions(model: keras.Model, reviews: int) -> ValidationPredictions:
    """Returns what keeps the predictions of a compiled model, whose ``fit`` validates reviews in their order."""
    return _OfFused(model) if isinstance(model, FusedNetwork) else _OfStock(model, reviews)


class StreamCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras' types are not read, see pyproject.toml
    """Lets a stream follow a network's ``fit``, which looks at ``stop_training`` in training only: the stream raises.

    Args:
        stream: Takes what Keras measures, and the figures that are computed from its predictions.
        predictions: Of the validation reviews.
        labels: Of the same reviews (reviews,).
        patience: Epochs without a lower validation loss after which the training ends; 0 for never.
    """

    def __init__(
        self, stream: Stream, predictions: ValidationPredictions, labels: NDArray[np.int64], patience: int = 0
    ) -> None:
        super().__init__()
        self._stream = stream
        self._predictions = predictions
        self._labels = labels
        self._patience = patience

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Epochs count from 0 here and from 1 everywhere else."""
        self._stream.epoch_begins(epoch + 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Follows one training batch."""
        self._stream.trained(batch + 1, logs)

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Follows the beginning of a validation."""
        self._predictions.begin()

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Follows one validation batch."""
        self._stream.validated(batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Ends the epoch, validation included."""
        by_keras = {name: logs[name] for name in METRICS if name in logs}
        if not math.isfinite(by_keras.get("gradient_norm", 0.0)):  # its square needs more than 32 bits; a loss may not
            del by_keras["gradient_norm"]
        probabilities = self._predictions.probabilities
        self._stream.epoch_ends(
            by_keras | computed(self._labels, probabilities),
            predictions(self._stream.job.run, epoch + 1, "validation", probabilities, self._labels),
        )
        if out_of_patience(self._stream.epochs, self._patience):
            self.model.stop_training = True


def predictions(
    run: str, epoch: int, part: Part, probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> Predictions:
    """Returns the event that tells what a network says of reviews; both arrays are (reviews,)."""
    share = accuracy(probabilities, labels)
    return Predictions(run, epoch, part, share, len(labels), encoded(probabilities))


def schedule_callback(experiment: Experiment) -> keras.callbacks.Callback:
    """Returns the callback that sets the learning rate of each epoch."""
    return keras.callbacks.LearningRateScheduler(lambda epoch, _rate: experiment.learning_rate_in(epoch + 1))


def gradient_callback(probe: GradientRecorder, model: keras.Model, resumed: bool) -> keras.callbacks.Callback:
    """Returns the callback that has the gradient followed after every epoch; it comes after the stream's."""
    return keras.callbacks.LambdaCallback(
        on_train_begin=lambda _logs: probe.begins(None if resumed else keras_models.get_weights(model)),
        on_epoch_end=lambda epoch, _logs: probe.after(epoch + 1, keras_models.get_weights(model)),
    )


def out_of_patience(epochs: Sequence[EpochEnd], patience: int) -> bool:
    """Tells whether the validation loss has not come below its lowest for ``patience`` epochs; 0 lasts for ever.

    Example:
        >>> losses = (0.5, 0.4, 0.41, 0.4)
        >>> epochs = [EpochEnd("a", n, {"val_loss": loss}, 1.0) for n, loss in enumerate(losses, 1)]
        >>> [out_of_patience(epochs, patience) for patience in (0, 2, 3)]
        [False, True, False]
    """
    if not (patience and epochs):
        return False
    lowest = min(epochs, key=lambda epoch: epoch["val_loss"])
    return len(epochs) - lowest.epoch >= patience
