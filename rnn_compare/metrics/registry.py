"""Which figures there are: those that the files of this package declare."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnn_compare import metrics
from rnn_compare.discovery import declared
from rnn_compare.metrics.epoch_figure import Figure

FIGURES: Mapping[str, Figure] = {
    found.name: found for found in sorted(declared(metrics.__name__, Figure), key=lambda found: found.position)
}
"""Every figure by its name, in the order in which people are shown them."""


def computed(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """Returns the figures that Keras does not measure itself; one that is undefined for these reviews is left out.

    Args:
        labels: Of the validation reviews, 0 or 1 (reviews,).
        probabilities: What the network predicts for them (reviews,).
    """
    values = {name: figure.compute(labels, probabilities) for name, figure in FIGURES.items() if figure.compute}
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
