"""Charts of a sweep: accuracy by a setting, by cost, and by units and maxlen."""

import math
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rnn_compare.charts.palette import MARKERS, Look, looks, picture
from rnn_compare.charts.plotly_style import GREY, accuracy_axis, axis, between, in_percent, layout, plain
from rnn_compare.comparison.inference.intervals import Mean, mean
from rnn_compare.comparison.sweeps import Outcome
from rnn_compare.experiment import Experiment
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
NAME_ROOM = 0.25
MOST_NAMED = 8
"""Points of the front up to which names fit."""


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
        drawn_as = {"fillcolor": look.color, "opacity": 0.16, "showlegend": False, "legendgroup": name}
        figure.add_scatter(**between(at, in_percent(lows), in_percent(highs), **drawn_as))
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


def sweep_heat_maps(settings: Sequence[Outcome], experiments: Sequence[Experiment] = ()) -> go.Figure:
    """Returns a map for each cell, all with one scale of colours; ``experiments`` without an outcome are empty fields.

    Where a sweep has more axes than these, a field is the mean over all runs that belong to it.
    """
    everything = [*experiments, *(setting.experiment for setting in settings)]
    cells = list(dict.fromkeys(experiment.cell for experiment in everything))
    units = sorted({experiment.units for experiment in everything})
    maxlens = sorted({experiment.maxlen for experiment in everything})
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
    figure.update_xaxes(**axis("maxlen", **_fields(maxlens)))
    figure.update_yaxes(**axis("units"), col=1)
    figure.update_yaxes(**_fields(units), fixedrange=True, tickfont={"size": 15})
    figure.update_annotations(font_size=17)
    return figure.update_layout(
        # The fields have numbers; a scale would not fit on a phone.
        coloraxis={"colorscale": "Cividis", "showscale": False},
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
        height=rows * (FRAME_PIXELS + ROW_PIXELS * max(2, len(units))),
    )


def _fields(values: Sequence[int]) -> dict[str, object]:
    """Returns the categories of an axis, with lines between them, so that fields are there before they have a value."""
    names = [str(value) for value in values]
    return {
        "type": "category",
        "categoryarray": names,
        "tickson": "boundaries",
        "ticks": "",
        "range": [-0.5, len(names) - 0.5],
    }


def _field(settings: Sequence[Outcome], cell: str, units: int, maxlen: int) -> Mean | None:
    place = attrgetter("cell", "units", "maxlen")
    here = [setting for setting in settings if place(setting.experiment) == (cell, units, maxlen)]
    together = mean([value for setting in here for value in setting.accuracies])
    # A mean over several settings has no interval.
    return replace(together, margin=None) if together and len(here) > 1 else together


def _label(field: Mean, columns: int) -> str:
    margin = f"<br>± {100 * field.margin:.1f}" if field.margin is not None and columns <= WIDE_ENOUGH else ""
    return percent(field.mean).removesuffix(" %") + margin


def front(costs: Sequence[float], accuracies: Sequence[float]) -> list[int]:
    """Returns the indices of the points that no other point dominates, from the cheapest to the most expensive.

    A point dominates another if it is better in cost or accuracy and worse in neither: equal points are all kept.
    """
    points = list(zip(costs, accuracies, strict=True))
    best_places: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (costs[place], -accuracies[place])):
        best = points[best_places[-1]] if best_places else None
        if best is None or accuracies[place] > best[1] or points[place] == best:
            best_places.append(place)
    return best_places


def cost_chart(settings: Sequence[Outcome], costs: Sequence[float], cost: str, unit: str, accuracy: str) -> go.Figure:
    """Returns the scatter; error bars are 95 % intervals of the mean over seeds."""
    figure = go.Figure()
    best = front(costs, [setting.accuracy.mean for setting in settings])
    figure.add_scatter(
        x=[costs[place] for place in best],
        y=in_percent(settings[place].accuracy.mean for place in best),
        mode="lines",
        line={"color": GREY, "dash": "dash", "width": 2.5, "shape": "hv"},
        name="Pareto front",
        hoverinfo="skip",
    )
    names = _names_on_front(settings, costs, best) if len(best) <= MOST_NAMED else {}
    for number, cell in enumerate(dict.fromkeys(setting.experiment.cell for setting in settings)):
        places = [place for place, setting in enumerate(settings) if setting.experiment.cell == cell]
        of_cell = [settings[place] for place in places]
        figure.add_scatter(
            x=[costs[place] for place in places],
            y=in_percent(item.accuracy.mean for item in of_cell),
            error_y={
                "array": in_percent(item.accuracy.margin or 0.0 for item in of_cell),
                "thickness": 1.5,
                "width": 5,
            },
            mode="markers+text",
            name=cell,
            marker={"color": picture(cell).color, "symbol": MARKERS[number % len(MARKERS)], "size": 12},
            text=[names.get(place, "") for place in places],
            # Alternately above and below, for neighbours on the front may lie close.
            textposition=[f"{'bottom' if place in best[1::2] else 'top'} right" for place in places],
            textfont={"size": 14},
            cliponaxis=False,
            hoverlabel={"namelength": -1},
            customdata=[[_name(item), percent(item.accuracy.mean), item.accuracy.runs] for item in of_cell],
            hovertemplate=f"%{{customdata[0]}}: %{{customdata[1]}}, %{{x:,.4~r}} {unit}, "
            "n = %{customdata[2]}<extra></extra>",
        )
    return figure.update_layout(
        **layout(HEIGHT), xaxis=axis(cost, **_cost_range(costs), tickformat=",.3~r"), yaxis=accuracy_axis(accuracy)
    )


def _cost_range(costs: Sequence[float]) -> dict[str, object]:
    """Returns the range of the axis, with room for names at the right."""
    low, high = min(costs), max(costs)
    if high > LOGARITHMIC * low:
        span = math.log10(high / low)
        return {
            "type": "log",
            "dtick": "D2",
            "range": [math.log10(low) - 0.06 * span, math.log10(high) + NAME_ROOM * span],
        }
    span = (high - low) or high
    return {"range": [low - 0.06 * span, high + NAME_ROOM * span]}


def _names_on_front(settings: Sequence[Outcome], costs: Sequence[float], places: Sequence[int]) -> dict[int, str]:
    """Returns the labels of points by index; the first of several equal points has the names of all, one a line."""
    together: dict[tuple[float, float], list[int]] = {}
    for place in places:
        together.setdefault((costs[place], settings[place].accuracy.mean), []).append(place)
    return {equal[0]: "<br>".join(_name(settings[place]) for place in equal) for equal in together.values()}


def _name(outcome: Outcome) -> str:
    return plain(outcome.group.name)
