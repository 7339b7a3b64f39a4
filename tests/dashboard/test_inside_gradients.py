from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside import gradients
from rnn_compare.dashboard.pages.inside.drawing import FLOOR
from rnn_compare.dashboard.pages.inside.gradients import Measured, chart, conclusion, memory
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.insight.gradient_flow import WayBack, way_back
from rnn_compare.insight.gradient_norms import GradientNorms
from tests.dashboard.chosen_runs import StubEngine, StubStore, chosen, html, page
from tests.insight.conftest import padded_reviews, random_weights

RISING = np.array([1e-4, 1e-3, 1e-2, 1e-1])


def way(backward: bool, states: np.ndarray, carry: np.ndarray | None = None) -> WayBack:
    return way_back(GradientNorms(backward, states, carry))


def measured(states: np.ndarray, carry: np.ndarray | None = None, *, title: str = "mine", **changes: Any) -> Measured:
    return Measured(chosen(title, **changes), 32, (way(False, states, carry),))


def lines(drawn: go.Figure) -> list[go.Scatter]:
    return [trace for trace in drawn.data if trace.mode == "lines" and len(trace.x) > 1]


def test_the_last_word_comes_first_and_stands_at_the_right() -> None:
    drawn = chart([measured(RISING)])
    (line,) = lines(drawn)
    assert list(line.x) == [1, 2, 3, 4]
    np.testing.assert_array_equal(line.y, RISING[::-1])
    left, right = drawn.layout.xaxis.range
    assert left > 4
    assert right < 1


def test_a_backward_cell_is_followed_from_the_first_word() -> None:
    one = chosen(bidirectional=True)
    drawn = chart([Measured(one, 32, (way(False, RISING), way(True, RISING)))])
    forward, backward = lines(drawn)
    np.testing.assert_array_equal(backward.y, forward.y[::-1])
    assert (forward.name, backward.name) == ("mine forward", "mine backward")
    assert forward.line.dash != backward.line.dash


def test_only_an_lstm_has_a_dashed_carry_track() -> None:
    assert [line.line.dash for line in lines(chart([measured(RISING)]))] == ["solid"]
    drawn = chart([measured(RISING, 2 * RISING, cell="LSTM")])
    assert [line.line.dash for line in lines(drawn)] == ["solid", "dash"]
    assert [trace.name for trace in drawn.data if trace.showlegend is not False] == ["mine", "carry track"]


@pytest.mark.parametrize("nothing", [0.0, 1e-300, np.nan, np.inf, -1.0])
def test_what_a_logarithm_cannot_show_is_a_gap(nothing: float) -> None:
    drawn = chart([measured(np.array([nothing, 1e-3, 1.0]))])
    (line,) = lines(drawn)
    np.testing.assert_array_equal(line.y, [1.0, 1e-3, np.nan])
    low, high = drawn.layout.yaxis.range
    assert -4 < low < -3
    assert 0 < high < 1


def test_the_floor_counts_from_the_largest_of_all_lines() -> None:
    small, large = measured(np.array([1.0, 1.0])), measured(np.array([1.0, 10 / FLOOR]), title="other")
    drawn = chart([small, large])
    assert np.isnan(lines(drawn)[0].y).all()
    assert np.isfinite(drawn.layout.yaxis.range).all()


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_network_without_any_gradient_is_said_to_have_none(nothing: float) -> None:
    dead = measured(np.full(3, nothing))
    assert np.isfinite(chart([dead]).layout.yaxis.range).all()
    assert "no gradient arrives" in memory(dead)


def test_each_direction_has_its_number_and_a_mark_on_its_line() -> None:
    equal = np.ones(4)
    found = Measured(
        chosen(bidirectional=True, cell="LSTM"),
        32,
        (way(False, equal, RISING), way(True, equal, RISING)),
    )
    html = memory(found)
    assert "<b>2 words</b> <span>effective memory forward" in html
    assert "<b>2 words</b> <span>effective memory backward" in html
    assert "on the carry track: 1 word<" in html  # the last word has nine tenths of it
    assert "on the carry track: 4 words<" in html
    marks = [trace for trace in chart([found]).data if trace.mode == "markers"]
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [(2, 1.0), (2, 1.0)]


def test_a_name_is_never_markup() -> None:
    drawn = chart([measured(RISING, title="<b>bold</b> & <script>")])
    assert lines(drawn)[0].name == "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;"


def test_the_words_below_speak_of_what_is_there_only() -> None:
    plain = conclusion([measured(RISING)])
    assert "vanished" in plain
    for said in ("carry track", "backward", "layers"):
        assert said not in plain
    assert "carry track" in conclusion([measured(RISING, RISING, cell="LSTM")])
    assert "backward" in conclusion([measured(RISING, bidirectional=True)])
    assert "layers" in conclusion([measured(RISING, layers=2)])


def test_a_run_without_reviews_says_so_and_the_others_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(experiment: Experiment) -> tuple[Any, Any]:
        if experiment.source == "keras":
            raise UserError("The file <imdb> is missing.")
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    drawn: list[go.Figure] = []
    monkeypatch.setattr(gradients, "probe_batch", probe)
    monkeypatch.setattr(figure, "show", lambda chart, key, height: drawn.append(chart))  # noqa: ARG005  # as it is called
    app = page(gradients.show, SimpleNamespace(store=StubStore()), [chosen("there"), chosen("gone", source="keras")])
    assert "The file &lt;imdb&gt; is missing." in html(app)
    assert "effective memory" in html(app)
    (chart,) = drawn
    assert [line.name for line in lines(chart)] == ["there"]
    assert "6 long reviews" in app.markdown[0].value


def test_a_network_is_measured_again_only_when_its_weights_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def probe(experiment: Experiment) -> tuple[Any, Any]:
        asked.append(experiment.label)
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    monkeypatch.setattr(gradients, "probe_batch", probe)
    monkeypatch.setattr(figure, "show", lambda chart, key, height: None)  # noqa: ARG005  # as it is called
    one = chosen("measured once")
    page(gradients.show, SimpleNamespace(store=StubStore()), [one])
    page(gradients.show, SimpleNamespace(store=StubStore()), [one])
    assert len(asked) == 1
    page(
        gradients.show,
        SimpleNamespace(store=StubStore()),
        [chosen("measured once", random_weights(one.run.experiment, seed=1))],
    )
    assert len(asked) == 2


def test_a_large_network_is_left_to_a_worker_and_waited_for(drawn: dict[str, Any]) -> None:
    engine = StubEngine()
    one = chosen("large", cell="LSTM", units=256, maxlen=1000)
    app = page(gradients.show, SimpleNamespace(engine=engine, store=StubStore()), [one])
    assert len(app.get("progress")) == 1
    assert not drawn
    engine.asked_of("large").result = {"reviews": 32, "directions": [way(False, RISING, RISING).plain()]}
    app.run()
    assert not app.exception
    assert "<b>1 word</b>" in html(app)  # the last word has nine tenths of it
    np.testing.assert_allclose(lines(drawn["gradient_chart"])[0].y, RISING[::-1])
