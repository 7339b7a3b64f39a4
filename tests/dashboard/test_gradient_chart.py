"""Charts of gradient flow: medians as lines, the middle half as a band, and the reach where a share is one half."""

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.dashboard.pages.inside.gradients import FALLEN, share_chart, size_chart
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from tests.charts.chosen_runs import chosen

RISING = np.array([1e-3, 1e-2, 1e-1, 1.0])


def network(
    *rows: np.ndarray, directions: tuple[bool, ...] = (False,), carry: bool = False
) -> tuple[LoadedNetwork, FollowedGradient]:
    states = np.array(rows)
    norms = (
        GradientNorms(way, states, states if carry else None, np.ones(states.shape, np.bool_)) for way in directions
    )
    return chosen(), FollowedGradient(16, tuple(map(gradient_flow, norms)))


def lines(figure: go.Figure) -> dict[str, list[float | None]]:
    return {line.name: list(line.y) for line in figure.data if line.name}


def test_each_direction_and_track_is_a_line() -> None:
    both = size_chart([network(RISING, directions=(False, True), carry=True)])
    names = ["mine forward", "mine forward, carry track", "mine backward", "mine backward, carry track"]
    assert list(lines(both)) == names
    assert lines(both)["mine forward"] == [1.0, 0.1, 0.01, 0.001]
    assert lines(both)["mine backward"] == [1.0, 10.0, 100.0, 1000.0]
    assert len({line.line.dash for line in both.data if line.name}) == 4


def test_a_band_lies_between_the_quartiles_where_a_logarithm_can_show_them() -> None:
    low, high = np.array([0.0, 0.05, 1.0]), np.array([0.5, 0.5, 1.0])
    band, line = size_chart([network(low, low, high, high)]).data
    assert list(band.x) == [1, 2, 2, 1]
    assert list(band.y) == [1.0, 0.05, 0.5, 1.0]
    assert list(line.y) == [1.0, 0.05, None]


def test_the_reach_is_marked_where_the_share_comes_to_one_half() -> None:
    [mark] = [trace for trace in share_chart([network(np.array([1.0, 1.0, 1.0, 1.0]))]).data if trace.mode == "markers"]
    assert (list(mark.x), list(mark.y), mark.marker.symbol) == ([2], [50], "circle")


def test_the_scale_holds_the_lines_but_not_what_has_vanished_and_is_there_for_nothing_but_zeros() -> None:
    vanished, exploding = network(np.array([1e-12, 1e-3])), network(np.array([1e-1, 1e-2]))
    low, high = size_chart([vanished, exploding]).layout.yaxis.range
    assert (low, high) == pytest.approx((np.log10(FALLEN) - 0.1, 1.1))
    assert np.isfinite(size_chart([network(np.zeros(3))]).layout.yaxis.range).all()
