"""Charts over the epochs, as ``assets/board/board.js`` draws them: their declaration and their registry."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rnn_compare.charts import curves
from rnn_compare.discovery import declared
from rnn_compare.metrics.metric import all_metrics

ROOM = 1.005
"""Factor beyond the last tick: exactly at the end of an axis Plotly leaves it out."""


def up_to_1(usual: float) -> Callable[[Sequence[float]], tuple[float, float]]:
    """Returns a function of values that gives an axis' range: from ``usual``, or the tenth below the lowest, to 1."""
    return lambda values: (min(usual, math.floor(10 * min(values, default=1.0)) / 10), ROOM)


SENT = ("name", "training", "validation", "solid", "tickformat", "hoverformat", "unit", "log")
"""Attributes of a chart that a browser gets as they are."""


@dataclass(frozen=True)
class CurveChart:
    """One chart of the board.

    Attributes:
        name: Its name in addresses and messages.
        training: Metric of the dashed curve, which also grows within an epoch; None for none.
        validation: Metric of the solid curve with a marker at each epoch.
        tickformat: d3 format of the numbers along the axis.
        hoverformat: d3 format of the numbers beside the pointer.
        factor: Units in 1.
        range: Returns the ends of the axis for all values that are drawn.
        position: Rank among the charts, the lowest first.
        log: Whether the live board's axis is logarithmic.
        has_baselines: True for validation accuracy, which baselines have.
    """

    name: str
    title: str
    training: str | None
    validation: str
    tickformat: str
    hoverformat: str
    range: Callable[[Sequence[float]], tuple[float, float]]
    position: int
    unit: str = ""
    factor: int = 1
    log: bool = False
    shown_first: bool = False
    has_baselines: bool = False

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of its metrics."""
        return (self.validation,) if self.training is None else (self.training, self.validation)

    @property
    def solid(self) -> str:
        """The part of the data that its solid curves are measured on."""
        return "validation" if self.validation.startswith("val_") else "training"

    @property
    def declaration(self) -> dict[str, object]:
        """Its part of every message to a browser."""
        metric = all_metrics()[self.validation]
        return {
            **{name: getattr(self, name) for name in SENT},
            "called": f"{metric.title[0].lower()}{metric.title[1:]}",
            "best": "highest" if metric.higher_is_better else "lowest",
        }

    def check(self) -> None:
        """Raises an error if it cannot be drawn."""
        if unknown := {*self.figures} - all_metrics().keys():
            raise ValueError(f"There is no metric {min(unknown)}.")
        self.range([])
        self.range([0.5])


@cache
def all_charts() -> Mapping[str, CurveChart]:
    """Returns the charts that the files of this package and installed packages declare, in the board's order."""
    entries = declared(curves.__name__, CurveChart, "rnn_compare.charts")
    by_position = sorted(entries, key=lambda chart: chart.position)
    return {chart.name: chart for chart in by_position}


def shown_charts(names: Iterable[str] = ()) -> tuple[str, ...]:
    """Returns the names that are charts, without duplicates and in order; the default ones if none is.

    Example:
        >>> shown_charts(["loss", "nonsense", "accuracy", "loss"]), shown_charts()
        (('accuracy', 'loss'), ('accuracy', 'loss'))
    """
    wanted = set(names)
    return tuple(name for name in all_charts() if name in wanted) or tuple(
        name for name, chart in all_charts().items() if chart.shown_first
    )
