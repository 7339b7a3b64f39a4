"""The reviews of each batch of each epoch."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.reviews.prepared import Split


@dataclass(frozen=True)
class Batches:
    """Reviews, and the order in which each epoch reads them. Its length is the number of batches in an epoch.

    Attributes:
        ids: Word ids (reviews, maxlen).
        labels: 0 or 1 (reviews,).
        orders: Places of the reviews, epoch by epoch (epochs, reviews).
        size: Reviews of a batch; the last one of an epoch may have fewer.

    Example:
        >>> batches = Batches(np.zeros((3, 5), np.int32), np.array([0, 1, 1]), np.array([[2, 0, 1]]), size=2)
        >>> len(batches), [labels.tolist() for _, labels in batches.epoch(0)]
        (2, [[1, 0], [1]])
    """

    ids: NDArray[np.int32]
    labels: NDArray[np.int64]
    orders: NDArray[np.int64]
    size: int

    def __len__(self) -> int:
        return math.ceil(len(self.orders[0]) / self.size)

    def epoch(self, epoch: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Yields ids (batch, maxlen) and labels (batch,) of one epoch, counted from 0, batch by batch."""
        for k in range(len(self)):
            rows = self.orders[epoch, k * self.size : (k + 1) * self.size]
            yield self.ids[rows], self.labels[rows]


def order(experiment: Experiment, epoch: int) -> NDArray[np.int64]:
    """Returns the order in which an epoch, from 0, reads the training reviews; it depends on seed and epoch alone."""
    return np.random.default_rng([experiment.seed, epoch]).permutation(experiment.training_reviews)


def training_batches(experiment: Experiment, split: Split) -> Batches:
    """Returns the batches to train with, each epoch in its own ``order``."""
    orders = np.stack([order(experiment, epoch) for epoch in range(experiment.epochs)])
    return Batches(split.x_train, split.y_train, orders, experiment.batch_size)


def validation_batches(experiment: Experiment, split: Split) -> Batches:
    """Returns the batches that validate each epoch, in the order of the reviews."""
    return Batches(split.x_val, split.y_val, np.arange(len(split.x_val))[np.newaxis], experiment.batch_size)
