"""Charts told in words; and percent, which is written one way in text and in charts: "84.9 %"."""

import json
import re
from pathlib import Path

import plotly.graph_objects as go

from rnn_compare.charts.in_words import in_words
from rnn_compare.charts.memory_chart import noticed_chart
from tests.kit.loaded import recalled

PACKAGE = Path(__file__).resolve().parents[2] / "rnn_compare"


def line(values: list[float | None], **settings: object) -> go.Figure:
    figure = go.Figure(go.Scatter(x=list(range(1, len(values) + 1)), y=values, mode="lines", name="mine", **settings))
    return figure.update_layout(
        xaxis_title="epoch", yaxis={"title": "accuracy", "tickformat": ".0f", "ticksuffix": " %"}
    )


def test_a_long_line_is_described_by_its_ends_and_extremes() -> None:
    values: list[float | None] = [50, 90, *[70] * 20, 40, 60]
    sentence = "mine: first epoch 1: 50 %; highest epoch 2: 90 %; lowest epoch 23: 40 %; last epoch 24: 60 %."
    assert in_words(line(values)).lines == [sentence]
    bars = go.Figure(go.Bar(x=list(range(1, 25)), y=values, name="mine"), line(values).layout)
    assert in_words(bars).lines == [sentence], "bars stand in an order too"


def test_missing_points_are_not_described() -> None:
    assert in_words(line([None, 50, float("nan")])).lines == ["mine: epoch 2: 50 %."]
    assert in_words(line([None])).lines == []
    assert in_words(go.Figure(go.Scatter(x=[1], y=[1], hoverinfo="skip"))).lines == [], "a band has no name"


def test_markup_of_names_and_texts_is_read_as_text() -> None:
    figure = go.Figure(
        go.Scatter(x=[1], y=[2], name="&lt;b&gt;", hovertemplate="<b>%{y}</b> of<br>all<extra>x</extra>")
    )
    assert in_words(figure.update_layout(xaxis_title="a<br>b")).lines == ["<b>: a b 1: 2 of all."]


def test_no_percent_sign_stands_straight_after_a_digit() -> None:
    """As Python and d3 write a share; only a metric's declaration names it so: ``Metric.text`` puts the space."""
    sources = [path for ending in ("py", "js", "html") for path in PACKAGE.rglob(f"*.{ending}")]
    places = [path for path in sources if re.search(r"(?<!\d)\.\d+%", path.read_text("utf-8"))]
    assert {path.parent.name for path in places} == {"metrics"}
    figure = noticed_chart([recalled()])
    assert not re.search(r"\d%[^{\w]", json.dumps(figure.to_plotly_json(), default=list))
    assert not re.search(r"\d%", " ".join(in_words(figure).lines))
