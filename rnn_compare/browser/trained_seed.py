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
from rnn_compare.reviews import prepared

Tell = Callable[[int, int], None]


def by_kernels(experiment: Experiment, tell: Tell) -> list[int]:
    """Returns how many held-out reviews are right after each epoch, trained by the fused layers.

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

    def train(ids: NDArray[Any], labels: NDArray[Any]) -> None:
        forward = network_pass.forward(options, weights, ids.astype(np.int64), ((None,),))
        gradients = network_pass.backward(weights, forward, labels.astype(np.float32))
        optimizer.step(weights, *gradients, experiment.learning_rate)

    def right(ids: NDArray[Any], labels: NDArray[Any]) -> int:
        logits = network_pass.forward(options, weights, ids.astype(np.int64), ((None,),)).logits
        return int(((logits > 0) == (labels > 0)).sum())

    return _trained(experiment, train, right, tell)


def bit_by_bit(experiment: Experiment, tell: Tell) -> list[int]:
    """Returns the same as every browser gets it; takes ten times as long."""
    network = ExactNetwork(trainable(experiment), experiment.seed)
    return _trained(experiment, partial(network.train, rate=experiment.learning_rate), network.right, tell)


def _trained(experiment: Experiment, train: Callable[..., None], right: Callable[..., int], tell: Tell) -> list[int]:
    """Trains by batches in the seed's order; returns how many held-out reviews are right after each epoch."""
    split = prepared.load(experiment.dataset).padded(experiment)
    counts = []
    for epoch in range(experiment.epochs):
        places = order(experiment.seed, epoch, len(split.x_train))
        for batch in np.split(places, range(experiment.batch_size, len(places), experiment.batch_size)):
            train(split.x_train[batch], split.y_train[batch])
        counts.append(right(split.x_val, split.y_val))
        tell(epoch + 1, experiment.epochs)
    return counts
