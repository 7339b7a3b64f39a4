"""Charts over numbers of words: the memory test, the accuracy by length, the gradient, and what phones get of them."""

from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.browser import figures
from rnn_compare.browser.figures import lines_message
from rnn_compare.charts.gradient_chart import FALLEN, gradient_chart, meaning
from rnn_compare.charts.length_chart import length_chart
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.memory_chart import A_POINT, conclusion, moved, noticed, noticed_chart, used_words
from rnn_compare.charts.plotly_style import axis, over_words
from rnn_compare.explain.accuracy_by_length import AccuracyByLength, LengthAccuracy
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.loaded import chosen, memory_result, recalled

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


def test_a_sentence_says_from_which_word_on_the_prediction_moves_by_less_than_a_point() -> None:
    tested = [
        recalled("*a*", effect=[2, -0.5, 0.03]),
        recalled("b", effect=[0.01, 0.01, -0.03]),
        recalled("c", effect=[1, 0, -1]),
    ]
    assert moved(tested) == (
        "Beyond word 100 (\\*a\\*) and word 1 (b) it moves the prediction by less than a point. "
        "For c there is no such word."
    )
    assert moved(tested[2:]).startswith("At no distance")
    probability = 1 / (1 + np.exp(-np.array([A_POINT / 2, -A_POINT / 2])))
    assert np.ptp(probability) < 0.01, "nowhere does it move a probability by more"


def test_one_sentence_says_how_often_each_network_notices_the_word_a_quarter_of_maxlen_from_the_end() -> None:
    often, never = recalled("*often*", told_apart=[1, 0.97, 0.5]), recalled("never", told_apart=[1, 0, 0])
    short = recalled("short", distances=[1, 2, 5], told_apart=[1, 0.5, 0.5], pairs=20)
    assert noticed([often, never, short]) == (
        "With these weights, noticed 10 words from the end: \\*often\\* 97 % (94 to 99), never 0 % (0 to 2); "
        "1 word from the end: short 100 % (84 to 100)."
    )


def test_each_run_has_a_line_of_its_colour_that_is_seen_where_another_covers_it() -> None:
    several = [recalled(f"<b>{number}") for number in range(8)]
    lines = noticed_chart(several).data
    assert [trace.name for trace in lines] == [f"&lt;b&gt;{number}" for number in range(8)]
    assert {trace.line.color for trace in lines} == {several[0][0].look.color}
    assert list(lines[0].y) == [100, 80, 50]
    widths = [trace.line.width for trace in lines]
    assert widths == sorted(set(widths), reverse=True)
    assert 3 <= widths[-1] < widths[0] < 10


@pytest.mark.parametrize(("pairs", "low", "high"), [(200, 43, 57), (50, 36.1, 63.9)])
def test_guessing_is_a_dashed_line_in_a_band_that_chance_explains(pairs: int, low: float, high: float) -> None:
    band, line = noticed_chart([recalled(pairs=pairs)]).layout.shapes
    assert (line.y0, line.y1, line.line.dash) == (50, 50, "dash")
    assert [band.y0, band.y1] == pytest.approx([low, high], abs=0.1)  # 1.96 √(½·½ / pairs)
    assert [shape.name for shape in (band, line) if shape.showlegend] == ["guessing (95 %)"]


def test_every_point_lies_within_the_chart_and_the_end_of_the_text_is_on_the_right() -> None:
    figure = noticed_chart([recalled(told_apart=[1.0, 0.2, 0.0]), recalled("other", distances=[1, 2, 1000])])
    (low, high), (left, right) = figure.layout.yaxis.range, figure.layout.xaxis.range
    assert low < 0 < 100 < high
    assert right < 0.0 < 3.0 < left  # the exponent of 1000
    left, right = noticed_chart([recalled(distances=[1], told_apart=[1.0], effect=[1.0])]).layout.xaxis.range
    assert right < left, "a network that reads one word has an axis too"


def test_pairs_and_words_are_of_all_networks_and_each_word_is_listed_once() -> None:
    alike, other = recalled(), recalled(pairs=50, positive=["superb", "wonderful", "perfect"])
    assert "over 200 pairs, for these weights and the 2 sentiment words" in conclusion([alike, alike])
    assert "over 50 to 200 pairs, for these weights and the 2 to 4 sentiment words" in conclusion([alike, other])
    assert used_words([alike, alike]).count("superb") == 1
    assert used_words([alike, other]).count("screenplay") == 2
    assert "w0, w1 …" in used_words([recalled(neutral=[f"w{number}" for number in range(9)])], limit=2)


def test_words_of_a_task_are_named_by_its_labels() -> None:
    parity = chosen(source="parity2", distance=15, maxlen=16, reviews=6_400), memory_result()
    assert used_words([parity]).startswith("Mostly in even texts: superb")
    for text in (conclusion([parity]), noticed_chart([parity]).layout.xaxis.title.text):
        assert "telling word" in text


def test_each_network_has_a_line_and_the_edge_of_training_is_marked_once() -> None:
    lengths = AccuracyByLength(tuple(LengthAccuracy(words, 0.5, 500, 7) for words in (1, 15, 120)), 15)
    networks = [chosen(f"<{cell}>", cell=cell) for cell in ("LSTM", "GRU")]
    figure = length_chart([(network, lengths) for network in networks])
    assert [list(trace.x) for trace in figure.data] == [[1, 15, 120]] * 2
    assert [list(trace.y) for trace in figure.data] == [[50, 50, 50]] * 2
    assert {trace.line.color for trace in figure.data} == {network.look.color for network in networks}
    assert figure.data[0].name.startswith("&lt;")
    bars = figure.data[0].error_y
    assert [round(bars.array[0], 1), round(bars.arrayminus[0], 1)] == [4.4, 4.4], "500 texts, half of them right"
    assert list(figure.layout.xaxis.tickvals) == [1, 3, 10, 30, 100]
    _, edge = figure.layout.shapes
    assert (edge.x0, edge.x1, edge.name) == (15, 15, "trained up to 15")
    assert edge.showlegend, "where no curve crosses its name"
    assert edge.label.text is None


def test_a_short_axis_has_more_than_two_ticks() -> None:
    lengths = AccuracyByLength(tuple(LengthAccuracy(words, 0.5, 500, 0) for words in (60, 600)), 500)
    layout = length_chart([(chosen("A"), lengths)]).layout
    assert list(layout.xaxis.tickvals) == [100, 200, 500], "two ticks alone would not show a scale"


def test_a_line_is_wider_than_another_that_covers_it_but_not_than_one_that_crosses_it() -> None:
    right, falling, rising = (
        AccuracyByLength(tuple(LengthAccuracy(words, share, 500, 0) for words, share in enumerate(shares, 1)), 3)
        for shares in ((1, 1, 1), (0.9, 0.8, 0.7), (0.7, 0.8, 0.9))
    )
    below, above = length_chart([(chosen(name), right) for name in "AB"]).data
    assert below.line.width - above.line.width >= 4
    assert below.marker.size - above.marker.size >= 4
    crossing = length_chart([(chosen("A"), falling), (chosen("B"), rising)]).data
    assert len({trace.line.width for trace in crossing}) == 1


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


RISING = np.array([1e-3, 1e-2, 1e-1, 1.0])


def network(
    *rows: np.ndarray, directions: tuple[bool, ...] = (False,), carry: bool = False, texts: int = 16, **changes: Any
) -> tuple[LoadedNetwork, FollowedGradient]:
    states = np.array(rows)
    norms = (
        GradientNorms(way, states, states if carry else None, np.ones(states.shape, np.bool_)) for way in directions
    )
    return chosen(**changes), FollowedGradient(texts, tuple(map(gradient_flow, norms)))


def lines(figure: go.Figure) -> dict[str, list[float | None]]:
    return {line.name: list(line.y) for line in figure.data if line.name}


def test_each_direction_and_track_is_a_line() -> None:
    both = gradient_chart([network(RISING, directions=(False, True), carry=True)])
    names = ["mine forward", "mine forward, carry track", "mine backward", "mine backward, carry track"]
    assert list(lines(both)) == names
    assert lines(both)["mine forward"] == [1.0, 0.1, 0.01, 0.001]
    assert lines(both)["mine backward"] == [1.0, 10.0, 100.0, 1000.0]
    assert len({line.line.dash for line in both.data if line.name}) == 4


def test_a_band_lies_between_the_quartiles_where_a_logarithm_can_show_them() -> None:
    low, high = np.array([0.0, 0.05, 1.0]), np.array([0.5, 0.5, 1.0])
    band, line = gradient_chart([network(low, low, high, high)]).data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [1.0, 0.05, 0.5, 1.0]
    assert list(line.y) == [1.0, 0.05, None]


def test_the_scale_holds_the_lines_but_not_what_has_vanished_and_is_there_for_nothing_but_zeros() -> None:
    vanished, exploding = network(np.array([1e-12, 1e-3])), network(np.array([1e-1, 1e-2]))
    low, high = gradient_chart([vanished, exploding]).layout.yaxis.range
    assert (low, high) == pytest.approx((np.log10(FALLEN) - 0.1, 1.1))
    assert np.isfinite(gradient_chart([network(np.zeros(3))]).layout.yaxis.range).all()


def test_the_help_speaks_of_what_is_there_only() -> None:
    assert meaning([network(RISING), network(RISING, texts=4)]).startswith("‖∂L/∂hₜ‖ in 4 to 16 long texts: ")
    for term in ("carry track", "backward", "layer"):
        assert term not in meaning([network(RISING)])
    lstm = network(RISING, cell="LSTM", bidirectional=True, layers=2)
    assert all(meaning([lstm, lstm]).count(term) == 1 for term in ("carry track", "backward cell", "last layer"))
