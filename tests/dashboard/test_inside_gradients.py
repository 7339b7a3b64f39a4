from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.charts.gradient_chart import NetworkGradient
from rnn_compare.charts.palette import looks
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside import gradients
from rnn_compare.dashboard.pages.inside.gradients import conclusion, introduction, memory
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.insight import gradient_flow as flows
from rnn_compare.insight.gradient_flow import FollowedGradient, GradientFlow, gradient_flow
from rnn_compare.insight.gradient_norms import GradientNorms
from tests.dashboard.chosen_runs import StubEngine, StubStore, chosen, html, page
from tests.insight.conftest import padded_reviews, random_weights, small

RISING = np.array([1e-4, 1e-3, 1e-2, 1e-1])


def flow(backward: bool, states: np.ndarray, carry: np.ndarray | None = None) -> GradientFlow:
    return gradient_flow(GradientNorms(backward, states, carry))


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_network_without_any_gradient_is_said_to_have_none(nothing: float) -> None:
    assert "no gradient arrives" in memory(FollowedGradient(32, (flow(False, np.full(3, nothing)),)))


def test_each_direction_has_its_number() -> None:
    equal = np.ones(4)
    html = memory(FollowedGradient(32, (flow(False, equal, RISING), flow(True, equal, RISING))))
    assert "<b>2 words</b> <span>effective memory forward" in html
    assert "<b>2 words</b> <span>effective memory backward" in html
    assert "on the carry track: 1 word<" in html  # the last word has nine tenths of it
    assert "on the carry track: 4 words<" in html


def test_reviews_are_counted_for_every_network_not_for_the_first() -> None:
    many, few = (
        NetworkGradient("a", looks(["GRU"])[0], FollowedGradient(reviews, (flow(False, RISING),)))
        for reviews in (32, 4)
    )
    assert "of 32 long reviews." in introduction([many, many])
    assert "of 4 to 32 long reviews." in introduction([many, few])


def test_the_words_below_speak_of_what_is_there_only() -> None:
    plain = conclusion([small()])
    assert "vanished" in plain
    for said in ("carry track", "backward", "layers"):
        assert said not in plain
    assert "the LSTM's carry track" in conclusion([small(cell="LSTM"), small(cell="LSTM", units=3)])
    assert conclusion([small(cell="LSTM")] * 2).count("carry track") == 1
    assert "backward" in conclusion([small(bidirectional=True)])
    assert "layers" in conclusion([small(layers=2)])


def test_a_run_without_reviews_says_so_and_the_others_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(experiment: Experiment, _size: int) -> tuple[Any, Any]:
        if experiment.source == "keras":
            raise UserError("The file <imdb> is missing.")
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    drawn: list[go.Figure] = []
    monkeypatch.setattr(flows, "probe_batch", probe)
    monkeypatch.setattr(figure, "show", lambda chart, key, height: drawn.append(chart))  # noqa: ARG005  # as it is called
    app = page(gradients.show, SimpleNamespace(store=StubStore()), [chosen("there"), chosen("gone", source="keras")])
    assert "The file &lt;imdb&gt; is missing." in html(app)
    assert "effective memory" in html(app)
    (chart,) = drawn
    assert [trace.name for trace in chart.data if trace.mode == "lines"] == ["there"]
    assert "6 long reviews" in app.markdown[0].value


def test_a_network_is_measured_again_only_when_its_weights_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def probe(experiment: Experiment, _size: int) -> tuple[Any, Any]:
        asked.append(experiment.label)
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    monkeypatch.setattr(flows, "probe_batch", probe)
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
    engine.asked_of("large").result = FollowedGradient(32, (flow(False, RISING, RISING),))
    app.run()
    assert not app.exception
    assert "<b>1 word</b>" in html(app)  # the last word has nine tenths of it
    np.testing.assert_allclose(drawn["gradient_chart"].data[0].y, RISING[::-1])
