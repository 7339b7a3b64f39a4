"""Registry of the charts over the epochs, which the files of this package declare."""

from collections.abc import Iterable, Mapping

from rnn_compare.charts import curves
from rnn_compare.charts.curves.curve_chart import CurveChart
from rnn_compare.discovery import declared

CHARTS: Mapping[str, CurveChart] = {
    chart.name: chart for chart in sorted(declared(curves.__name__, CurveChart), key=lambda chart: chart.position)
}
"""All charts by name, in their order on the board."""
SHOWN_FIRST = tuple(name for name, chart in CHARTS.items() if chart.shown_first)


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Returns the names that are charts, without duplicates and in order; the default ones if none is.

    Example:
        >>> known(["loss", "nonsense", "accuracy", "loss"]), known([])
        (('accuracy', 'loss'), ('accuracy', 'loss'))
    """
    wanted = set(names)
    return tuple(name for name in CHARTS if name in wanted) or SHOWN_FIRST
