"""The metrics that the files of this package declare."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnn_compare import metrics
from rnn_compare.discovery import declared
from rnn_compare.metrics.metric import Metric

METRICS: Mapping[str, Metric] = {
    metric.name: metric for metric in sorted(declared(metrics.__name__, Metric), key=lambda metric: metric.position)
}
"""Every metric by its name, in the order of pages."""


def computed(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """Returns the metrics that training does not measure itself, if defined; both arrays are (reviews,)."""
    values = {name: metric.compute(labels, probabilities) for name, metric in METRICS.items() if metric.compute}
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
