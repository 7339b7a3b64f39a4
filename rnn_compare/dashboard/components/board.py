"""The live board: a card for each network and the charts of their curves, drawn by one component.

Everything that changes while networks train goes to the browser as one small message; the scripts
that draw it are served once (see ``server/assets.py``). Streamlit's own chart would be mounted anew with
every point and lose the viewer's zoom.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rnn_compare.charts.curves.curve_chart import CurveChart
from rnn_compare.charts.curves.registry import CHARTS, SHOWN_FIRST
from rnn_compare.charts.palette import looks
from rnn_compare.comparison.findings import findings
from rnn_compare.dashboard.components.component import component
from rnn_compare.formatting import about, duration, ordinal, percent
from rnn_compare.runs import estimate
from rnn_compare.runs.events import Progress, Status
from rnn_compare.runs.record import Run, names

TRAIL = 24
"""Points of the running epoch that are sent, the newest always among them."""
LARGEST = 4.6655
"""Of the numbers that three base-36 digits of ten-thousandths write."""
FIRST_BATCHES = 8
"""Batches of a later epoch that are not drawn."""


def message(
    shown: Sequence[Run],
    starts: Mapping[str, float],
    marks: bool,
    hint: str = "",
    charts: Sequence[str] = SHOWN_FIRST,
    earlier: Sequence[Run] = (),
) -> dict[str, Any]:
    """Returns what the browser draws, as plain values and ready words.

    Args:
        shown: The runs on the board, in order.
        starts: Ids of all queued runs of the server, the next first, and the seconds until each will start.
        marks: Whether the lecture's 85 % and 89 % are drawn.
        hint: What stands in the empty charts when there is no run.
        charts: Names of the charts that are drawn.
        earlier: Runs from whose pace is learnt how long a run takes that has no finished epoch yet.
    """
    called = names(shown)
    drawn = [CHARTS[name] for name in charts]
    looked = looks(run.experiment.cell for run in shown)
    colors = {run.id: look.color for run, look in zip(shown, looked, strict=True)}
    return {
        "runs": [
            {
                "id": run.id,
                "label": name,
                "color": look.color,
                "marker": look.marker,
                **_card(run, starts, earlier),
                **_curves(run, drawn),
            }
            for run, name, look in zip(shown, called, looked, strict=True)
        ],
        "charts": [_chart(chart, shown, marks) for chart in drawn],
        "busy": any(not run.status.ended for run in shown),
        "epochs": max((run.experiment.epochs for run in shown), default=10),
        "hint": hint,
        "findings": [{"color": colors[said.run], "text": said.text} for said in findings(shown, called)],
    }


def show(data: dict[str, Any], live: str, key: str, may_press: bool = True) -> tuple[list[str], list[str]]:
    """Draws the board; returns the ids of runs whose Stop button was just pressed, and of those to be continued.

    Args:
        data: A ``message``.
        live: Where the browser finds the next ones.
        key: Names the board on its page.
        may_press: Whether there are buttons; without them none was pressed, whatever a browser says.
    """
    result = component("board.js", "board.css")(
        data={**data, "may_press": may_press, "live": live},
        key=key,
        on_stop_change=lambda: None,
        on_resume_change=lambda: None,
    )
    drawn = {run["id"] for run in data["runs"]}

    def pressed(told: Any) -> list[str]:
        runs = told if may_press and isinstance(told, list) else []
        return [run for run in runs if isinstance(run, str) and run in drawn]

    return pressed(result.stop), pressed(result.resume)


def _card(run: Run, starts: Mapping[str, float], earlier: Sequence[Run]) -> dict[str, Any]:
    best, last, pace = run.best, run.last, run.seconds_per_epoch
    return {
        "status": run.status.value,
        "state": _state(run, starts),
        "fraction": round(run.fraction_done, 3),
        "best": percent(best["val_accuracy"]) if best else "–",
        "best_note": f"best validation, epoch {best.epoch}" if best else "validation accuracy",
        "last": f"last {percent(last['val_accuracy'])}" if last else "",
        "left": _left(run, earlier),
        "size": f"{run.parameters:,} parameters" if run.parameters else "",
        "pace": f"{duration(pace)} per epoch" if pace is not None else "",
        "layers": run.layers.partition(",")[0],
        "reason": run.reason or "",
        "press": "" if run.status is Status.FINISHED else "Continue" if run.status.ended else "Stop",
        "stopping": run.stop_requested and not run.status.ended,
    }


def _state(run: Run, starts: Mapping[str, float]) -> str:
    done, epochs = len(run.epochs), run.experiment.epochs
    match run.status:
        case Status.QUEUED:
            if not starts.get(run.id):
                return "starting"
            place = [queued for queued, seconds in starts.items() if seconds].index(run.id) + 1
            return f"waiting, {ordinal(place)} in line, {about(starts[run.id])}"
        case Status.RUNNING if run.progress and run.progress[-1].phase == "preparing":
            return "preparing"
        case Status.RUNNING if run.progress and run.progress[-1].phase == "validation":
            return f"epoch {done + 1} of {epochs}, validating"
        case Status.RUNNING:
            return f"epoch {min(done + 1, epochs)} of {epochs}"
        case Status.FINISHED if run.stopped_early:
            return f"stopped early, epoch {done} of {epochs}"
        case Status.FINISHED:
            return f"finished, epoch {done} of {epochs}"
        case _:
            return f"{run.status.value} after {done} of {epochs} epochs"


def _left(run: Run, earlier: Sequence[Run]) -> str:
    if run.status is not Status.RUNNING:
        return ""
    if run.seconds_left is None:
        return f"{about(estimate.left(run, earlier))} left"
    return f"{duration(run.seconds_left)} left"


def _chart(chart: CurveChart, shown: Sequence[Run], marks: bool) -> dict[str, Any]:
    drawn = [point.figures for run in shown for points in (run.epochs, _trail(run)) for point in points]
    values = [figures[name] for figures in drawn for name in chart.figures if name in figures]
    return {
        "name": chart.name,
        "title": chart.title,
        "training": chart.training,
        "validation": chart.validation,
        "tickformat": chart.tickformat,
        "hoverformat": chart.hoverformat,
        "range": chart.range(values),
        "legend": chart.legend,
        "marks": [asdict(mark) for mark in chart.marks] if marks else [],
    }


def _curves(run: Run, charts: Sequence[CurveChart]) -> dict[str, Any]:
    trail = _trail(run)
    return {
        "figures": {
            name: packed(epoch.figures.get(name) for epoch in run.epochs) for chart in charts for name in chart.figures
        },
        "trail": {
            "at": packed(point.batch / point.batches for point in trail),
            "figures": {
                chart.training: packed(point.figures.get(chart.training) for point in trail)
                for chart in charts
                if chart.training is not None
            },
        },
    }


def _trail(run: Run) -> list[Progress]:
    # A mean over a batch or two jumps about. Only in the first epoch is it better than nothing.
    trail = [
        point
        for point in run.progress
        if point.phase == "training" and (point.epoch == 1 or point.batch >= FIRST_BATCHES)
    ]
    step = -(-len(trail) // TRAIL) or 1
    return trail[::-1][::step][::-1]


def packed(values: Iterable[float | None]) -> str:
    """Writes numbers in ten-thousandths, three base-36 digits each: a third of the bytes of decimals.

    That is finer than a wall can show and reaches to 4.6655; what is larger is drawn there. What is missing is
    ``___``.

    Example:
        >>> packed([0.0, 0.8624, 9.9, None])
        '0006NKZZZ___'
    """
    return "".join(
        "___" if value is None else np.base_repr(round(10_000 * min(max(value, 0.0), LARGEST)), 36).zfill(3)
        for value in values
    )
