"""The area under the ROC curve on the validation reviews."""

import numpy as np
from numpy.typing import NDArray

from rnn_compare.metrics.metric import Metric


def area_under_roc_curve(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float | None:
    """Returns the exact area: the chance that a positive review has a higher probability than a negative one.

    Equal probabilities count one half (Mann and Whitney 1947; Hanley and McNeil 1982). None if one class is missing.

    Args:
        labels: 0 or 1 (reviews,).
        probabilities: Of being positive (reviews,).

    Example:
        >>> area_under_roc_curve(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.9], np.float32))
        0.875
    """
    positive = labels == 1
    positives = int(positive.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    _, level, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2  # of each level: the mean rank of its reviews
    above = rank[level][positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


VALIDATION_AUC = Metric(
    "val_auc", "Validation AUC", higher_is_better=True, format=".3f", position=50, compute=area_under_roc_curve
)
