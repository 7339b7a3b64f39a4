"""Heat maps of a sweep: the mean accuracy by units and maxlen, one for each cell."""

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rnn_compare.charts.plotly_style import axis
from rnn_compare.comparison.intervals import Mean, mean
from rnn_compare.comparison.sweeps import Outcome

BESIDE = 2
"""Maps beside each other; on a phone a third would leave no room for numbers."""
ROW_PIXELS, FRAME_PIXELS = 52, 105
WIDE_ENOUGH = 4
"""Columns, over all maps beside each other, up to which the margin stands below the mean."""


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
    figure.update_layout(
        # The numbers stand in the fields: on a phone there is no room for a scale beside them.
        coloraxis={"colorscale": "Cividis", "showscale": False},
        margin={"l": 10, "r": 10, "t": 34, "b": 10},
    )
    return figure


def height(settings: Sequence[Outcome]) -> int:
    """Returns how many pixels high the maps are."""
    cells = len({setting.experiment.cell for setting in settings})
    sizes = len({setting.experiment.units for setting in settings})
    return -(-cells // BESIDE) * (FRAME_PIXELS + ROW_PIXELS * max(2, sizes))


def _field(settings: Sequence[Outcome], cell: str, units: int, maxlen: int) -> Mean | None:
    wanted = (cell, units, maxlen)
    here = [
        setting
        for setting in settings
        if (setting.experiment.cell, setting.experiment.units, setting.experiment.maxlen) == wanted
    ]
    together = mean([value for setting in here for value in setting.accuracies])
    # Runs of several settings are no sample of one: their mean has no interval.
    return replace(together, margin=None) if together and len(here) > 1 else together


def _label(field: Mean, columns: int) -> str:
    margin = f"<br>± {100 * field.margin:.1f}" if field.margin is not None and columns <= WIDE_ENOUGH else ""
    return f"{100 * field.mean:.1f}{margin}"
