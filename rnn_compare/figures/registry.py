"""All figures, found in the files of this package: to add one is to add a file that declares it."""

import importlib
import math
import pkgutil
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnn_compare import figures
from rnn_compare.figures.epoch_figure import Figure


def _declared() -> dict[str, Figure]:
    modules = [
        importlib.import_module(f"{figures.__name__}.{found.name}")
        for found in pkgutil.iter_modules(figures.__path__)
        if found.name != "registry"
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Figure)]
    return {figure.name: figure for figure in sorted(found, key=lambda figure: figure.position)}


FIGURES: Mapping[str, Figure] = _declared()
"""Every figure by its name, in the order in which people are shown them."""


def computed(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> dict[str, float]:
    """Returns the figures that Keras does not measure itself; one that is undefined for these reviews is left out.

    Args:
        labels: Of the validation reviews, 0 or 1 (reviews,).
        probabilities: What the network predicts for them (reviews,).
    """
    values = {name: figure.compute(labels, probabilities) for name, figure in FIGURES.items() if figure.compute}
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
