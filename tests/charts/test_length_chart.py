from rnn_compare.charts.length_chart import length_chart
from rnn_compare.explain.accuracy_by_length import AccuracyByLength, LengthAccuracy
from tests.kit.loaded import chosen


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


def test_a_line_is_wider_than_another_that_covers_it() -> None:
    right = AccuracyByLength(tuple(LengthAccuracy(words, 1, 500, 0) for words in (1, 2, 3)), 3)
    below, above = length_chart([(chosen(name), right) for name in "AB"]).data
    assert below.line.width - above.line.width >= 4
    assert below.marker.size - above.marker.size >= 4
