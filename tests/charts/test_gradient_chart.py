import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.charts.gradient_chart import FLOOR, NetworkGradient, gradient_chart
from rnn_compare.charts.palette import looks
from rnn_compare.insight.gradient_flow import FollowedGradient, GradientFlow, gradient_flow
from rnn_compare.insight.gradient_norms import GradientNorms

RISING = np.array([1e-4, 1e-3, 1e-2, 1e-1])


def flow(backward: bool, states: np.ndarray, carry: np.ndarray | None = None) -> GradientFlow:
    return gradient_flow(GradientNorms(backward, states, carry))


def followed(*directions: GradientFlow, title: str = "mine", cell: str = "SimpleRNN") -> NetworkGradient:
    return NetworkGradient(title, looks([cell])[0], FollowedGradient(32, directions))


def forward(states: np.ndarray, carry: np.ndarray | None = None, title: str = "mine") -> NetworkGradient:
    return followed(flow(False, states, carry), title=title)


def lines(drawn: go.Figure) -> list[go.Scatter]:
    return [trace for trace in drawn.data if trace.mode == "lines" and len(trace.x) > 1]


def test_the_last_word_comes_first_and_stands_at_the_right() -> None:
    drawn = gradient_chart([forward(RISING)])
    (line,) = lines(drawn)
    assert list(line.x) == [1, 2, 3, 4]
    np.testing.assert_array_equal(line.y, RISING[::-1])
    left, right = drawn.layout.xaxis.range
    assert left > 4
    assert right < 1


def test_a_backward_cell_is_followed_from_the_first_word() -> None:
    drawn = gradient_chart([followed(flow(False, RISING), flow(True, RISING))])
    first, second = lines(drawn)
    np.testing.assert_array_equal(second.y, first.y[::-1])
    assert (first.name, second.name) == ("mine forward", "mine backward")
    assert first.line.dash != second.line.dash


def test_only_what_has_a_carry_has_a_dashed_carry_track() -> None:
    assert [line.line.dash for line in lines(gradient_chart([forward(RISING)]))] == ["solid"]
    drawn = gradient_chart([forward(RISING, 2 * RISING)])
    assert [line.line.dash for line in lines(drawn)] == ["solid", "dash"]
    assert [trace.name for trace in drawn.data if trace.showlegend is not False] == ["mine", "carry track"]


@pytest.mark.parametrize("nothing", [0.0, 1e-300, np.nan, np.inf, -1.0])
def test_what_a_logarithm_cannot_show_is_a_gap(nothing: float) -> None:
    drawn = gradient_chart([forward(np.array([nothing, 1e-3, 1.0]))])
    (line,) = lines(drawn)
    np.testing.assert_array_equal(line.y, [1.0, 1e-3, np.nan])
    low, high = drawn.layout.yaxis.range
    assert -4 < low < -3
    assert 0 < high < 1


def test_the_floor_counts_from_the_largest_of_all_lines() -> None:
    small, large = forward(np.array([1.0, 1.0])), forward(np.array([1.0, 10 / FLOOR]), title="other")
    drawn = gradient_chart([small, large])
    assert np.isnan(lines(drawn)[0].y).all()
    assert np.isfinite(drawn.layout.yaxis.range).all()


def test_a_name_is_never_markup() -> None:
    drawn = gradient_chart([forward(RISING, title="<b>bold</b> & <script>")])
    assert lines(drawn)[0].name == "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;"


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_network_without_any_gradient_leaves_an_axis(nothing: float) -> None:
    assert np.isfinite(gradient_chart([forward(np.full(3, nothing))]).layout.yaxis.range).all()


def test_the_effective_memory_of_each_direction_is_a_mark_on_its_line() -> None:
    equal = np.ones(4)
    drawn = gradient_chart([followed(flow(False, equal, RISING), flow(True, equal, RISING))])
    marks = [trace for trace in drawn.data if trace.mode == "markers"]
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [(2, 1.0), (2, 1.0)]
    assert "the last 2 words" in marks[0].hovertemplate
