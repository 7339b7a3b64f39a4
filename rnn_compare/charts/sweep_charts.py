"""Charts of a sweep: accuracy along one setting, the expected best of k trainings, heat maps by units and maxlen."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rnn_compare.charts.palette import Look, looks
from rnn_compare.charts.plotly_style import accuracy_axis, axis, in_percent, layout, plain
from rnn_compare.comparison.intervals import Mean, mean
from rnn_compare.comparison.sweeps import Outcome, expected_best
from rnn_compare.experiment_sets import MAX_COMPARED, labels
from rnn_compare.formatting import percent
from rnn_compare.settings import SETTINGS

HEIGHT = 410
LOGARITHMIC = 8
"""Ratio of the largest to the smallest value from which on an axis is logarithmic."""
BESIDE = 2
"""Maps side by side; with a third, numbers would not fit on a phone."""
ROW_PIXELS, FRAME_PIXELS = 52, 105
WIDE_ENOUGH = 4
"""Columns, over all maps side by side, up to which the margin fits below the mean."""


def axis_chart(results: Sequence[Outcome], setting: str, accuracy: str) -> go.Figure:
    """Returns mean accuracies by the values of a setting; bands are 95 % intervals of the mean over seeds."""
    lines: dict[object, list[Outcome]] = {}
    for item in results:
        rest = item.experiment.model_copy(update={setting: None, "seed": 0})
        lines.setdefault(rest, []).append(item)
    names = _names([members[0] for members in lines.values()], setting)
    drawn_as = looks(members[0].experiment.cell for members in lines.values())
    values = sorted({getattr(item.experiment, setting) for item in results}, key=_order)
    numbers = bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    figure = go.Figure()
    for members, name, look in zip(lines.values(), names, drawn_as, strict=True):
        members.sort(key=lambda item: values.index(getattr(item.experiment, setting)))
        _add(figure, members, setting, name, look, numbers, band=len(lines) <= MAX_COMPARED)
    return figure.update_layout(
        **layout(HEIGHT), xaxis=axis(SETTINGS[setting].label, **_scale(values, numbers)), yaxis=accuracy_axis(accuracy)
    )


def _add(
    figure: go.Figure, members: Sequence[Outcome], setting: str, name: str, look: Look, numbers: bool, band: bool
) -> None:
    places = [getattr(item.experiment, setting) for item in members]
    x = places if numbers else [str(place) for place in places]
    intervals = [
        (place, item.accuracy.mean - item.accuracy.margin, item.accuracy.mean + item.accuracy.margin)
        for place, item in zip(x, members, strict=True)
        if item.accuracy.margin is not None
    ]
    if band and intervals:
        at, lows, highs = zip(*intervals, strict=True)
        figure.add_scatter(
            x=[*at, *reversed(at)],
            y=in_percent([*highs, *reversed(lows)]),
            fill="toself",
            fillcolor=look.color,
            opacity=0.16,
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=name,
        )
    figure.add_scatter(
        x=x,
        y=in_percent(item.accuracy.mean for item in members),
        name=name,
        legendgroup=name,
        **look.line(),
        customdata=[f"{item.accuracy.text}, n = {item.accuracy.runs}" for item in members],
        hovertemplate="%{customdata}",
    )


def _names(firsts: Sequence[Outcome], setting: str) -> list[str]:
    # The value along the axis tells no line from another: all get the first one's, so that no label names it.
    alike = [
        item.experiment.model_copy(update={setting: getattr(firsts[0].experiment, setting), "seed": 0})
        for item in firsts
    ]
    size = f"({alike[0].units})" if setting == "units" else ""
    return [plain(label.replace(size, "", 1)) for label in labels(alike)]


def _scale(values: Sequence[object], numbers: bool) -> dict[str, object]:
    if not numbers:
        return {"type": "category"}
    sizes = [float(str(value)) for value in values]
    ticks: dict[str, object] = {"tickvals": values, "ticktext": [f"{value:,}" for value in values]}
    return {"type": "log", **ticks} if sizes[0] > 0 and sizes[-1] >= LOGARITHMIC * sizes[0] else ticks


def _order(value: object) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))


def best_of_chart(results: Sequence[Outcome], accuracy: str) -> go.Figure:
    """Returns for each cell the expected best accuracy of k trainings drawn from those of the sweep."""
    cells = list(dict.fromkeys(item.experiment.cell for item in results))
    figure = go.Figure()
    for cell, look in zip(cells, looks(cells), strict=True):
        of_cell = [item for item in results if item.experiment.cell == cell]
        expected = expected_best([value for item in of_cell for value in item.accuracies])
        figure.add_scatter(
            x=list(range(1, len(expected) + 1)),
            y=in_percent(expected),
            name=f"{cell} (n = {len(expected)})",
            **look.line(size=8),
            text=[percent(share) for share in expected],
            hovertemplate="best of %{x}: %{text}",
        )
    few = sum(len(item.accuracies) for item in results) <= 12  # Plotly would put halves between them
    ticks = {"dtick": 1} if few else {}
    return figure.update_layout(
        **layout(HEIGHT),
        xaxis=axis("number of trainings, k", rangemode="tozero", tickformat="d", **ticks),
        yaxis=accuracy_axis(accuracy),
    )


def sweep_heat_maps(settings: Sequence[Outcome]) -> go.Figure:
    """Returns a map for each cell, all with one scale of colours; what has not been trained is empty.

    Where a sweep has more axes than these, a field is the mean over all runs that belong to it.
    """
    cells = list(dict.fromkeys(setting.experiment.cell for setting in settings))
    units = sorted({setting.experiment.units for setting in settings})
    maxlens = sorted({setting.experiment.maxlen for setting in settings})
    beside = min(BESIDE, len(cells)) or 1
    rows = -(-len(cells) // beside) or 1
    figure = make_subplots(
        rows, beside, subplot_titles=cells, vertical_spacing=0.2 / rows, horizontal_spacing=0.1, shared_yaxes=True
    )
    for number, cell in enumerate(cells):
        fields = [[_field(settings, cell, size, maxlen) for maxlen in maxlens] for size in units]
        figure.add_heatmap(
            x=[str(maxlen) for maxlen in maxlens],
            y=[str(size) for size in units],
            z=[[field and field.mean for field in row] for row in fields],
            text=[[_label(field, len(maxlens) * beside) if field else "" for field in row] for row in fields],
            customdata=[[f"{field.text}, n = {field.runs}" if field else "" for field in row] for row in fields],
            texttemplate="%{text}",
            textfont={"size": 15},
            hovertemplate=f"{cell}(%{{y}}) maxlen %{{x}}: %{{customdata}}<extra></extra>",
            hoverongaps=False,
            coloraxis="coloraxis",
            xgap=2,
            ygap=2,
            row=number // beside + 1,
            col=number % beside + 1,
        )
    figure.update_xaxes(**axis("maxlen", type="category"))
    figure.update_yaxes(**axis("units", type="category"), col=1)
    figure.update_yaxes(type="category", fixedrange=True, tickfont={"size": 15})
    figure.update_annotations(font_size=17)
    return figure.update_layout(
        # The fields have numbers; a scale would not fit on a phone.
        coloraxis={"colorscale": "Cividis", "showscale": False},
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        height=rows * (FRAME_PIXELS + ROW_PIXELS * max(2, len(units))),
    )


def _field(settings: Sequence[Outcome], cell: str, units: int, maxlen: int) -> Mean | None:
    place = attrgetter("cell", "units", "maxlen")
    here = [setting for setting in settings if place(setting.experiment) == (cell, units, maxlen)]
    together = mean([value for setting in here for value in setting.accuracies])
    # A mean over several settings has no interval.
    return replace(together, margin=None) if together and len(here) > 1 else together


def _label(field: Mean, columns: int) -> str:
    margin = f"<br>± {100 * field.margin:.1f}" if field.margin is not None and columns <= WIDE_ENOUGH else ""
    return percent(field.mean).removesuffix(" %") + margin
