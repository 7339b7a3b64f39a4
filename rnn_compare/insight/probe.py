"""The few long reviews on which the gradient is followed, the same for every network that is compared."""

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import pad

PROBE_SIZE = 16
"""Reviews, wherever the gradient is followed: what is recorded after an epoch and what is looked at later agree."""


def probe_batch(experiment: Experiment, size: int = PROBE_SIZE) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Chooses long reviews that the network was not trained on.

    They are the first validation reviews of ``maxlen`` words or more, which fill every position so that no
    gradient ends in padding. Where there are too few of them the longest others follow. Chance has no part.

    Args:
        experiment: What was trained; it decides the validation reviews and how they are encoded.
        size: Reviews to choose, or as many as there are.

    Returns:
        Ids (size, maxlen) and labels (size,).

    Raises:
        UserError: If the source cannot be read.
    """
    reviews = prepared.load(experiment.dataset)
    ranks, offsets, labels = reviews.training
    held_out = reviews.places(experiment).validation
    words = np.minimum(offsets[held_out + 1] - offsets[held_out], experiment.maxlen)
    chosen = held_out[np.argsort(-words, kind="stable")[:size]]
    rows = [pad(ranks, offsets[i : i + 2], experiment.vocabulary_size, experiment.maxlen)[0] for i in chosen]
    return np.array(rows), np.array(labels[chosen])
