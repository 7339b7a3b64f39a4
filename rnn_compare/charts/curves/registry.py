"""All charts of curves, found in the files of this package: to add one is to add a file that declares it."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping

from rnn_compare.charts import curves
from rnn_compare.charts.curves.curve_chart import CurveChart


def _declared() -> dict[str, CurveChart]:
    modules = [
        importlib.import_module(f"{curves.__name__}.{found.name}")
        for found in pkgutil.iter_modules(curves.__path__)
        if found.name != "registry"
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, CurveChart)]
    return {chart.name: chart for chart in sorted(found, key=lambda chart: chart.position)}


CHARTS: Mapping[str, CurveChart] = _declared()
"""Every chart by its name, in their order on the board."""
SHOWN_FIRST = tuple(name for name, chart in CHARTS.items() if chart.shown_first)


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Returns those of some names that are charts, each once and in order; the usual ones where none is.

    Example:
        >>> known(["loss", "nonsense", "accuracy", "loss"]), known([])
        (('accuracy', 'loss'), ('accuracy', 'loss'))
    """
    asked = set(names)
    return tuple(name for name in CHARTS if name in asked) or SHOWN_FIRST
