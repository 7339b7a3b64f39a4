"""Which reviews make up which batch of which epoch. For workers only: this imports TensorFlow."""

import math

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.reviews.prepared import Split


def order(experiment: Experiment, epoch: int) -> NDArray[np.int64]:
    """Returns the order in which an epoch reads the training reviews: the seed and the epoch alone decide it.

    Args:
        experiment: What is trained.
        epoch: From 0.
    """
    return np.random.default_rng([experiment.seed, epoch]).permutation(experiment.training_reviews)


def training_batches(experiment: Experiment, split: Split, first: int = 0) -> tf.data.Dataset:
    """Returns the batches of all epochs from ``first`` on, one epoch after the other, each in its own ``order``.

    One data set for all: Keras builds a pipeline anew for every ``fit``, which takes as long as ten fused batches.
    """
    orders = np.stack([order(experiment, epoch) for epoch in range(first, experiment.epochs)])
    return _batches(split.x_train, split.y_train, orders, experiment.batch_size)


def validation_batches(experiment: Experiment, split: Split) -> tf.data.Dataset:
    """Returns the batches of one validation, in the order of the reviews."""
    return _batches(split.x_val, split.y_val, np.arange(len(split.x_val))[np.newaxis], experiment.batch_size)


def _batches(x: NDArray[np.int32], y: NDArray[np.int64], orders: NDArray[np.int64], size: int) -> tf.data.Dataset:
    x, y = tf.constant(x), tf.constant(y)
    each = tf.data.Dataset.from_tensor_slices(orders)
    rows = each.flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(size))
    options = tf.data.Options()
    # The thread that tunes a pipeline sleeps for up to a minute and is waited for when a training ends.
    options.autotune.enabled = False
    batches = rows.map(lambda rows: (tf.gather(x, rows), tf.gather(y, rows))).with_options(options)
    # Else Keras finds the end by asking for a batch too many, and the masks of dropout move on.
    counted = batches.apply(tf.data.experimental.assert_cardinality(len(orders) * math.ceil(orders.shape[1] / size)))
    return counted.prefetch(1)  # a third of a millisecond for each batch, where another core is free
