from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.charts.gradient_chart import FALLEN, gradient_chart, meaning
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from tests.kit.loaded import chosen

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
