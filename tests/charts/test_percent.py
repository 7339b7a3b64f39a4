"""Percent is written one way, in text and in charts: "84.9 %"."""

import json
import re
from pathlib import Path

from rnn_compare.charts.curves.curve_chart import all_charts
from rnn_compare.charts.in_words import in_words
from rnn_compare.charts.memory_chart import noticed_chart
from tests.kit.loaded import recalled

PACKAGE = Path(__file__).resolve().parents[2] / "rnn_compare"
FORMAT = re.compile(r"(?<!\d)\.\d+%")
"""How Python and d3 are asked to write a share, which they do without the space."""


def test_nothing_is_formatted_as_a_share_by_a_format_that_leaves_out_the_space() -> None:
    """Only a metric's declaration names it so: ``Metric.text`` puts the space."""
    sources = [path for ending in ("py", "js", "html") for path in PACKAGE.rglob(f"*.{ending}")]
    assert sources
    places = [path.relative_to(PACKAGE) for path in sources if FORMAT.search(path.read_text(encoding="utf-8"))]
    assert [str(place) for place in places if place.parts[0] != "metrics"] == []


def test_no_chart_writes_a_percent_sign_straight_after_a_digit() -> None:
    figure = noticed_chart([recalled()])
    assert not re.search(r"\d%[^{\w]", json.dumps(figure.to_plotly_json(), default=list))
    lines = in_words(figure).lines
    assert lines
    assert [line for line in lines if re.search(r"\d%", line)] == []


def test_charts_of_shares_are_in_percent() -> None:
    assert {shown.unit for shown in all_charts().values() if shown.factor == 100} == {" %"}
    assert {shown.unit for shown in all_charts().values() if shown.factor == 1} == {""}
