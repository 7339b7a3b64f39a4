"""``fit`` for both kinds of network: fused and stock Keras. Imports TensorFlow."""

from collections.abc import Sequence

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
    """Trains a compiled network for all epochs of its batches that are left, and validates it after each.

    Args:
        model: A ``FusedNetwork``, or a model of Keras' own.
        training: What to train with.
        validation: What to validate with, the same in every epoch.
        callbacks: Called as Keras' ``fit`` does.
        initial_epoch: The first epoch that is left, from 0.
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
        callbacks=list(callbacks),
        verbose=0,
    )


def dataset(batches: Batches, initial_epoch: int = 0) -> tf.data.Dataset:
    """Returns the batches of all epochs from ``initial_epoch`` on, one after the other.

    One data set for all: Keras builds a pipeline anew for every ``fit``, which takes a fifth of a second.
    """
    ids, labels, orders = tf.constant(batches.ids), tf.constant(batches.labels), batches.orders[initial_epoch:]
    each = tf.data.Dataset.from_tensor_slices(orders)
    rows = each.flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(batches.size))
    options = tf.data.Options()
    # The thread that tunes a pipeline sleeps for up to a minute and is waited for when a training ends.
    options.autotune.enabled = False
    found = rows.map(lambda rows: (tf.gather(ids, rows), tf.gather(labels, rows))).with_options(options)
    # Else Keras finds the end by asking for a batch too many, and the masks of dropout move on.
    counted = found.apply(tf.data.experimental.assert_cardinality(len(orders) * len(batches)))
    return counted.prefetch(1)  # a third of a millisecond for each batch, where another core is free
