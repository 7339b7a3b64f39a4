"""Descriptions of charts for screen readers, made from the charts' own data."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import plotly.graph_objects as go

MOST_POINTS = 12
"""Points of a line that are all described; of more, the first, the last and the extremes."""
MOST_FIELDS = 80
"""Fields of a map that are described."""
_FIELD = re.compile(r"%\{(\w+)(?:\[(\d+)\])?(?::([^}]*))?\}")
_EXTRA = re.compile(r"<extra>.*?</extra>")
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class ChartWords:
    """Description of a chart in words: a title, and a sentence for each line or map."""

    title: str
    lines: list[str]


def in_words(figure: go.Figure) -> ChartWords:
    """Returns a description of a chart, made of its data and its hover texts."""
    layout = figure.layout
    across, upward = (_plain(axis.title.text) for axis in (layout.xaxis, layout.yaxis))
    kind = "Heat map" if any(trace.type == "heatmap" for trace in figure.data) else "Chart"
    title = f"{kind} of {upward} by {across}" if across and upward else f"{kind} by {across}" if across else kind
    lines = [line for trace in figure.data if (line := _line(trace, layout))]
    if written := [text for note in layout.annotations if (text := _plain(note.text))]:
        lines.append(f"Written on it: {', '.join(written)}.")
    return ChartWords(title, lines)


def _line(trace: Any, layout: Any) -> str:
    name = _plain(trace.name)
    if trace.hoverinfo == "skip" and not name:
        return ""  # a band or a frame, which belongs to another trace
    points = list(_points(trace, layout))
    if not points:
        return ""
    texts = [text for _, text in points]
    if len(points) > MOST_POINTS and trace.type == "heatmap":
        texts = texts[:MOST_FIELDS]
    elif len(points) > MOST_POINTS and trace.type != "bar" and "lines" not in (trace.mode or "lines"):
        texts = [f"{len(points):,} points, such as {texts[0]}", *texts[1:3]]
    elif len(points) > MOST_POINTS:
        by_value = sorted(points, key=lambda point: point[0])
        texts = [f"first {texts[0]}", f"highest {by_value[-1][1]}", f"lowest {by_value[0][1]}", f"last {texts[-1]}"]
    text = "; ".join(dict.fromkeys(texts))
    return f"{name}: {text}." if name else f"{text}."


def _points(trace: Any, layout: Any) -> Iterator[tuple[float, str]]:
    """Yields the value of each known point and its description."""
    if trace.type == "heatmap":
        for row, values in enumerate(trace.z):
            for column, value in enumerate(values):
                if _is_known(value):
                    fields = {"x": trace.x[column], "y": trace.y[row], "z": value}
                    yield float(value), _description(trace, fields, _item(_item(trace.customdata, row), column), layout)
        return
    for index, (x, y) in enumerate(zip(_values(trace.x), _values(trace.y), strict=True)):
        if _is_known(x) and _is_known(y):
            fields = {"x": x, "y": y, "text": _item(trace.text, index)}
            yield float(y), _description(trace, fields, _item(trace.customdata, index), layout)


def _description(trace: Any, fields: dict[str, Any], custom: Any, layout: Any) -> str:
    template = _EXTRA.sub("", trace.hovertemplate or "%{y}")

    def filled(match: re.Match[str]) -> str:
        field, place, form = match.groups()
        value = custom if field == "customdata" else fields.get(field)
        value = _item(value, int(place)) if place is not None else value
        axis = layout[(trace[f"{field}axis"] or field).replace(field, f"{field}axis")] if field in ("x", "y") else None
        return _number(value, form) if form or not axis else _tick(axis, value)

    text = _plain(_FIELD.sub(filled, template))
    return text if "%{x" in template or "%{" not in template else f"{_place(trace, fields['x'], layout)}{text}"


def _place(trace: Any, value: Any, layout: Any) -> str:
    """Returns the position of a point in words, or nothing if its axis has no labels."""
    axis = layout[(trace.xaxis or "x").replace("x", "xaxis")]
    if axis.visible is False or axis.showticklabels is False:
        return ""
    names = dict(zip(axis.tickvals, axis.ticktext, strict=True)) if axis.ticktext else {}
    text = _plain(str(names[value])) if value in names else _tick(axis, value)
    return " ".join(filter(None, (_plain(axis.title.text), text))) + ": "


def _tick(axis: Any, value: Any) -> str:
    return f"{_number(value, axis.tickformat)}{axis.ticksuffix or ''}"


def _number(value: Any, form: str | None) -> str:
    """Returns a number in one of the charts' d3 formats, by default with six significant digits."""
    if isinstance(value, str) or value is None:
        return value or ""
    return format(value, form) if form else format(float(format(value, ".6g")), ",.12g")


def _values(values: Any) -> Sequence[Any]:
    return values if values is not None else ()


def _item(values: Any, place: int) -> Any:
    return values[place] if values is not None and not isinstance(values, str) and len(values) > place else values


def _is_known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _plain(text: str | None) -> str:
    return " ".join(unescape(_MARKUP.sub(" ", text or "")).split())
