"""The board's message: cards, curves, charts and findings as plain values and ready words for the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rnn_compare.charts.curves.curve_chart import CurveChart, Mark
from rnn_compare.charts.curves.registry import CHARTS, SHOWN_FIRST
from rnn_compare.charts.palette import looks
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.intervals import FEWEST
from rnn_compare.formatting import counted
from rnn_compare.metrics.registry import METRICS
from rnn_compare.runs.estimate import NOTHING_KNOWN, History
from rnn_compare.runs.record import Run
from rnn_compare.server.board import board_cards, board_curves
from rnn_compare.server.board.board_cards import replayed, subject
from rnn_compare.server.shown_runs import grouped

MARKED = (
    "The lecture's 85 % and 89 % are from one training each (“up to 89 %”): another seed gives others, and a best "
    "epoch is optimistic."
)


@dataclass(frozen=True)
class View:
    """A viewer's choice of charts and marks.

    Attributes:
        marks: Whether the lecture's 85 % and 89 % are.
        gap: Whether the gap between training and validation is shaded.
    """

    charts: tuple[str, ...] = SHOWN_FIRST
    marks: bool = False
    baselines: bool = False
    gap: bool = False


def message(
    runs: Sequence[Run],
    starts: Mapping[str, float],
    view: View = View(),
    hint: str = "",
    history: History = NOTHING_KNOWN,
    findings: Sequence[Finding] = (),
    baselines: Sequence[Mark] = (),
    remark: str = "",
) -> dict[str, Any]:
    """Returns what the browser draws, as plain values and ready words.

    Args:
        starts: Ids of all queued runs of the server, the next first, and the seconds until each will start.
        hint: What stands in the empty charts when there is no run.
        history: Tells how long a run takes that has no finished epoch yet.
        baselines: Lines across the charts that have them.
        remark: What is to be said of the baselines, beside the title of the charts that have them.
    """
    groups = grouped(runs)
    curve_charts = [CHARTS[name] for name in view.charts]
    styles = looks(group.experiment.cell for group in groups)
    colors = {run.id: look.color for group, look in zip(groups, styles, strict=True) for run in group.runs}
    every = board_curves.thinning(groups, curve_charts)
    return {
        "subject": subject(runs),
        "replay": replayed(runs),
        "groups": [
            {
                "id": group.runs[0].id,
                "label": group.name,
                "color": look.color,
                "marker": look.marker,
                **board_cards.card(group, starts, history),
                **board_curves.curves(group, curve_charts, every),
            }
            for group, look in zip(groups, styles, strict=True)
        ],
        "charts": [_chart(chart, runs, view, baselines, remark) for chart in curve_charts],
        "gap": view.gap,
        "busy": any(not run.status.ended for run in runs),
        "epochs": max((run.experiment.epochs for run in runs), default=10),
        "hint": hint,
        "note": " ".join(filter(None, [MARKED if view.marks else "", _how_to_read(groups)])),
        "findings": [{"color": colors[finding.run], "text": finding.text} for finding in findings],
    }


def _chart(
    chart: CurveChart, runs: Sequence[Run], view: View, baselines: Sequence[Mark], remark: str
) -> dict[str, Any]:
    points = [point.figures for run in runs for points in (run.epochs, board_curves.trail(run)) for point in points]
    values = [figures[name] for figures in points for name in chart.figures if name in figures]
    title = f"Replay: {chart.title}" if any(run.replayed for run in runs) else chart.title
    low, high = chart.range(values)
    lines = baselines if view.baselines and chart.has_baselines else ()
    return {
        "name": chart.name,
        "title": title,
        "training": chart.training,
        "validation": chart.validation,
        "called": f"validation {chart.title if chart.title.isupper() else chart.title.lower()}",
        "best": "highest" if METRICS[chart.validation].higher_is_better else "lowest",
        "tickformat": chart.tickformat,
        "hoverformat": chart.hoverformat,
        "unit": chart.unit,
        "factor": chart.factor,
        "range": (low, high),
        "marks": [asdict(mark) for mark in chart.marks] if view.marks else [],
        "remark": remark if chart.has_baselines else "",
        "baselines": [asdict(line) for line in lines if low <= line.at <= high],
    }


def _how_to_read(groups: Sequence[Group]) -> str:
    """Says what lines of several seeds are, and how many seeds they stand on."""
    several = [group for group in groups if len(group.runs) > 1]
    if not several:
        return ""
    counts = [count for group in several for count in board_curves.finished(group)]
    fewest, most = min(counts, default=0), max(counts, default=0)
    seeds = counted(most, "seed") if fewest == most else f"{fewest} to {most} seeds"
    band = "; band: 95 % t-interval" if most >= FEWEST else ""
    return f"Thick: mean of n = {seeds}{band}; thin: single seeds."
