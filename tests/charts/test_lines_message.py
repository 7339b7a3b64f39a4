from pathlib import Path

import plotly.graph_objects as go
import pytest

from rnn_compare.browser import figures
from rnn_compare.browser.figures import lines_message
from rnn_compare.charts.memory_chart import noticed_chart
from rnn_compare.charts.plotly_style import axis, over_words
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.loaded import recalled

CURVES = (Path(figures.__file__).parent / "drawing" / "curves").as_uri()
DRAW = f"""
import fs from "node:fs";
import {{ document }} from "{HARNESSES.as_uri()}/a_document.js";
globalThis.document = document;
const {{ linesChart }} = await import("{CURVES}/lines_chart.js");
const {{ sheet }} = linesChart(JSON.parse(fs.readFileSync(0)), {{ width: 360, height: 250 }});
const markers = sheet.all(({{ attributes }}) => attributes.transform);
console.log(JSON.stringify(markers.map(({{ attributes }}) => Number(attributes.transform.match(/[\\d.]+/)[0]))));
"""


def test_phones_get_the_points_the_axes_and_the_words_of_the_walls_chart() -> None:
    figure = noticed_chart([recalled("A <b>", told_apart=[1.0, 0.9, 0.5], distances=[1, 2, 10])])
    message = lines_message(figure)
    [line] = message["lines"]
    assert (line["name"], line["x"], line["y"]) == ("A <b>", [1, 2, 10], [100.0, 90.0, 50.0])
    assert (message["unit"], message["ticks"]) == (" %", [1, 2, 5, 10])
    assert message["ends"][0] > 10 > 1 > message["ends"][1] > 0, "the end of the text is on the right"
    assert message["range"] == list(figure.layout.yaxis.range)
    assert [level["name"] for level in message["levels"]] == ["guessing (95 %)", None]
    assert "10" in message["words"]


def test_phones_draw_a_point_where_the_walls_axis_has_it() -> None:
    figure = go.Figure(layout=over_words("words", 300, (0.0, 2.0)))
    look = {"line": {"color": "black", "width": 2}, "marker": {"symbol": "circle"}, "name": "mine"}
    figure.add_scatter(x=[1, 10, 100], y=[1, 2, 3], **look).update_yaxes(axis("up", range=[0, 4]))
    left, between, right = in_node(lines_message(figure), DRAW)
    assert left < between == pytest.approx((left + right) / 2)
