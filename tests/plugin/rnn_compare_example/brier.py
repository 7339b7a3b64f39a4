"""The Brier score on the validation reviews: the mean squared error of the probabilities (Brier 1950)."""

import numpy as np
from numpy.typing import NDArray

from rnn_compare.metrics.metric import Metric


def brier_score(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float | None:
    """Returns the score; both arrays are (reviews,)."""
    return float(np.mean((probabilities - labels) ** 2)) if len(labels) else None


BRIER = Metric(
    "val_brier", "Validation Brier score", higher_is_better=False, format=".3f", position=55, compute=brier_score
)
