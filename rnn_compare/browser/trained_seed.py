"""The training of a seed as a browser does it, in a worker: by the fused layers, or bit by bit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.exact import ExactNetwork
from rnn_compare.browser.seeded import initial_weights, order
from rnn_compare.browser.trainable import trainable
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.trained.class_task import packed_bits
from rnn_compare.reviews import prepared

Array = NDArray[Any]
Tell = Callable[[int, int], None]
Result = tuple[tuple[int, ...], str]
"""How many held-out reviews are right after each epoch, and which are after the best, as ``packed_bits``."""


def by_kernels(experiment: Experiment, tell: Tell) -> Result:
    """Returns what the fused layers train.

    Their rounding is another than a browser's: a seed may end with another network, of the same distribution.
    ``tell`` takes epochs done and in all. Raises ``UserError`` if a browser cannot train it.
    """
    # Imported here: the server, which sends this function to a worker, does without the kernels.
    from rnn_compare.fused import network_pass
    from rnn_compare.fused.cell_kernel import KERNELS
    from rnn_compare.fused.network_pass import NetworkOptions
    from rnn_compare.fused.optimizers import FUSED_OPTIMIZERS
    from rnn_compare.fused.sequences import LayerOptions

    weights = initial_weights(trainable(experiment)["tensors"], experiment.seed)
    options = NetworkOptions(((LayerOptions(KERNELS[experiment.cell]),),), experiment.mask_padding)
    kind = FUSED_OPTIMIZERS[experiment.optimizer]
    optimizer = kind([[np.zeros_like(tensor) for tensor in weights] for _ in kind.kinds], 0)

    def train(ids: Array, labels: Array) -> None:
        forward = network_pass.forward(options, weights, ids.astype(np.int64), ((None,),))
        gradients = network_pass.backward(weights, forward, labels.astype(np.float32))
        optimizer.step(weights, *gradients, experiment.learning_rate)

    def logits(ids: Array) -> Array:
        return network_pass.forward(options, weights, ids.astype(np.int64), ((None,),)).logits

    return _trained(experiment, train, logits, tell)


def bit_by_bit(experiment: Experiment, tell: Tell) -> Result:
    """Returns the same as every browser gets it; takes ten times as long."""
    network = ExactNetwork(trainable(experiment), experiment.seed)
    return _trained(experiment, partial(network.train, rate=experiment.learning_rate), network.logits, tell)


def _trained(experiment: Experiment, train: Callable[..., None], logits: Callable[..., Array], tell: Tell) -> Result:
    """Trains by batches in the seed's order."""
    split = prepared.load(experiment.dataset).padded(experiment)
    correct = np.empty((experiment.epochs, len(split.x_val)), bool)
    for epoch in range(experiment.epochs):
        places = order(experiment.seed, epoch, len(split.x_train))
        for batch in np.split(places, range(experiment.batch_size, len(places), experiment.batch_size)):
            train(split.x_train[batch], split.y_train[batch])
        correct[epoch] = (logits(split.x_val) > 0) == (split.y_val > 0)
        tell(epoch + 1, experiment.epochs)
    right = correct.sum(axis=1)
    return tuple(right.tolist()), packed_bits(correct[right.argmax()])
