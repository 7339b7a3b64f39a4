"""The training of a seed as a browser does it, in a worker: by the fused layers, or bit by bit."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.exact import ExactNetwork
from rnn_compare.browser.seeded import initial_weights, order
from rnn_compare.browser.trainable import trainable
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Split

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
    split = prepared.load(experiment.dataset).padded(experiment)
    right = []
    for epoch, batches in enumerate(_batches(experiment, split)):
        for ids, labels in batches:
            forward = network_pass.forward(options, weights, ids.astype(np.int64), ((None,),))
            gradients = network_pass.backward(weights, forward, labels.astype(np.float32))
            optimizer.step(weights, *gradients, experiment.learning_rate)
        logits = network_pass.forward(options, weights, split.x_val.astype(np.int64), ((None,),)).logits
        right.append(int(((logits > 0) == (split.y_val > 0)).sum()))
        tell(epoch + 1, experiment.epochs)
    return right


def bit_by_bit(experiment: Experiment, tell: Tell) -> list[int]:
    """Returns the same as every browser gets it; takes ten times as long."""
    network = ExactNetwork(trainable(experiment), experiment.seed)
    split = prepared.load(experiment.dataset).padded(experiment)
    right = []
    for epoch, batches in enumerate(_batches(experiment, split)):
        for ids, labels in batches:
            network.train(ids, labels, experiment.learning_rate)
        right.append(network.right(split.x_val, split.y_val))
        tell(epoch + 1, experiment.epochs)
    return right


def _batches(experiment: Experiment, split: Split) -> Iterator[Iterator[tuple[NDArray[Any], NDArray[Any]]]]:
    """Yields for each epoch its batches, in the seed's order."""
    for epoch in range(experiment.epochs):
        places = order(experiment.seed, epoch, len(split.x_train))
        batches = np.split(places, range(experiment.batch_size, len(places), experiment.batch_size))
        yield ((split.x_train[batch], split.y_train[batch]) for batch in batches)
