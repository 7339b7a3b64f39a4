"""``fit`` for fused and stock Keras networks. Imports TensorFlow."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from rnn_compare.fused.network import FusedNetwork
from rnn_compare.reviews.batches import Batches


def fit(
    model: keras.Model,
    training: Batches,
    validation: Batches,
    callbacks: Sequence[keras.callbacks.Callback],
    initial_epoch: int = 0,
) -> keras.callbacks.History:
    """Trains a compiled network, fused or stock, for its remaining epochs (from 0), and validates it after each.

    Callbacks are called as by Keras' ``fit``. An epoch's logs also hold ``gradient_norm``, its largest, and
    ``probabilities`` of the validation reviews (reviews,).
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
        callbacks=[_StockMeasurements(model, len(validation.labels)), *callbacks],
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
    # The autotuner's thread sleeps for up to a minute, and the end of a training waits for it.
    options.autotune.enabled = False
    batched = rows.map(lambda rows: (tf.gather(ids, rows), tf.gather(labels, rows))).with_options(options)
    # Otherwise Keras finds the end by requesting one batch too many, which advances dropout's random state.
    counted = batched.apply(tf.data.experimental.assert_cardinality(len(orders) * len(batches)))
    return counted.prefetch(1)  # a third of a millisecond per batch where another core is free


class _StockMeasurements(keras.callbacks.Callback):  # type: ignore[misc]  # Keras' types are not read, see pyproject.toml
    """Adds to a stock network's logs what ``FusedNetwork.fit`` measures itself.

    It hooks in where Keras hands gradients to the optimizer and computes a batch's loss. Nothing is added to the model:
    its variables, files and summary are unchanged, and training is compiled without it.
    """

    def __init__(self, model: keras.Model, reviews: int) -> None:
        super().__init__()
        self._largest_norm = tf.Variable(0.0)
        self._probabilities = tf.Variable(tf.zeros(reviews))
        self._count = tf.Variable(0)
        apply, compute_loss = model.optimizer.apply, model.compute_loss

        def measure_and_apply(gradients: Sequence[Any], variables: Any = None) -> Any:
            norms = [tf.norm(getattr(gradient, "values", gradient)) for gradient in gradients]  # the embedding's rows
            self._largest_norm.assign(tf.reduce_max([self._largest_norm, *norms]))
            return apply(gradients, variables)

        def keep_and_compute_loss(
            x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
        ) -> Any:
            if not training:
                batch = tf.reshape(y_pred, [-1])
                places = self._count + tf.range(tf.size(batch))
                self._probabilities.scatter_nd_update(places[:, tf.newaxis], batch)
                self._count.assign_add(tf.size(batch))
            return compute_loss(x, y, y_pred, sample_weight, training)

        model.optimizer.apply, model.compute_loss = measure_and_apply, keep_and_compute_loss

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        self._largest_norm.assign(0.0)

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        self._count.assign(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:  # noqa: ARG002  # Keras' own
        logs |= {"gradient_norm": float(self._largest_norm), "probabilities": self._probabilities.numpy()}
