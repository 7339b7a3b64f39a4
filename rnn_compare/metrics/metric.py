"""The declaration of a metric: one number that is measured at the end of every epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Compute = Callable[[NDArray[np.int64], NDArray[np.float32]], float | None]
"""Takes the validation reviews' labels and predicted probabilities, both (reviews,); None where it is undefined."""


@dataclass(frozen=True)
class Metric:
    """One number by which an epoch is judged.

    Attributes:
        name: Names it in the record, in tables and in JSON, such as ``val_accuracy``.
        title: What people read, such as ``Validation accuracy``.
        format: How people read it, as Python's format specification, such as ``.1%``.
        position: Where it stands among the others, the lowest first.
        compute: Computes it from the validation; None where training measures it itself, under the same name.
    """

    name: str
    title: str
    higher_is_better: bool
    format: str
    position: int
    compute: Compute | None = None

    def text(self, value: float) -> str:
        """Returns a value of it for people.

        Example:
            >>> Metric("share", "Share", True, ".1%", 1).text(0.86244)
            '86.2 %'
        """
        return format(value, self.format).replace("%", " %")
