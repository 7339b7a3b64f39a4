"""The declaration of a metric, a number measured at the end of every epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        """Returns a value as text.

        Example:
            >>> Metric("share", "Share", True, ".1%", 1).text(0.86244)
            '86.2 %'
        """
        return format(value, self.format).replace("%", " %")
