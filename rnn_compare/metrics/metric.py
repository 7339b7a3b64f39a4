"""Metrics, numbers measured at the end of every epoch: their declaration, their registry, and those of any training."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rnn_compare import metrics
from rnn_compare.discovery import declared
from rnn_compare.formatting import percent

Compute = Callable[[NDArray[np.int64], NDArray[np.float32]], float | None]
"""Takes the validation reviews' labels and predicted probabilities, both (reviews,); returns None if undefined."""


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes:
        name: Its name in the record, in tables and in JSON, such as ``val_accuracy``.
        title: Its name on pages, such as ``Validation accuracy``.
        format: Python's format specification, such as ``.1%``.
        position: Its place in the order, the lowest first.
        compute: Computes it from the validation; None if training measures it under this name.
    """

    name: str
    title: str
    higher_is_better: bool
    format: str
    position: int
    compute: Compute | None = None

    def text(self, value: float) -> str:
        """Returns a value as text; shares are rounded as everywhere."""
        return percent(value) if self.format == ".1%" else format(value, self.format)

    def check(self) -> None:
        """Raises an error if it cannot be computed, or not be shown."""
        value = self.compute and self.compute(np.array([0, 1]), np.array([0.2, 0.8], np.float32))
        self.text(float(value or 0))


# Those that training measures itself.

ACCURACY = Metric("accuracy", "Accuracy", higher_is_better=True, format=".1%", position=10)
"""The share of reviews that are classified correctly, at a threshold of one half."""
LOSS = Metric("loss", "Loss", higher_is_better=False, format=".3f", position=20)
VALIDATION_ACCURACY = Metric("val_accuracy", "Validation accuracy", higher_is_better=True, format=".1%", position=30)
VALIDATION_LOSS = Metric("val_loss", "Validation loss", higher_is_better=False, format=".3f", position=40)
GRADIENT_NORM = Metric("gradient_norm", "Largest gradient norm", higher_is_better=False, format=".3g", position=60)
"""Over all weights and batches of the epoch, before clipping: what ``clipnorm`` limits. It shows exploding gradients
(Pascanu, Mikolov and Bengio 2013)."""


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Returns the metrics that this package and installed packages declare, by name, in the order of pages."""
    by_position = sorted(declared(metrics.__name__, Metric), key=lambda metric: metric.position)
    return {metric.name: metric for metric in by_position}


def computed(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """Returns the metrics that training does not measure itself, if defined; both arrays are (reviews,)."""
    values = {name: metric.compute(labels, probabilities) for name, metric in all_metrics().items() if metric.compute}
    return {name: float(value) for name, value in values.items() if value is not None and math.isfinite(value)}
