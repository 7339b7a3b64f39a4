from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnn_compare.dashboard.pages.inside import gradients
from rnn_compare.dashboard.pages.inside.gradients import conclusion, introduction
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import gradient_flow as flows
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from tests.charts.chosen_runs import StubEngine, chosen, page
from tests.explain.conftest import padded_reviews, random_weights, small

RISING = np.array([[1e-4, 1e-3, 1e-2, 1e-1]])
FLOW = gradient_flow(GradientNorms(False, RISING, None, RISING > 0))


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> list[go.Figure]:
    """The charts of sizes."""
    figures: list[go.Figure] = []

    def show_figure(figure: go.Figure, key: str) -> None:
        if key == "gradient_size":
            figures.append(figure)

    monkeypatch.setattr(gradients, "show_figure", show_figure)
    return figures


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which networks were followed; the reviews of source keras are missing."""
    labels: list[str] = []

    def probe(experiment: Experiment) -> tuple[Any, Any]:
        if experiment.source == "keras":
            raise UserError("The file <imdb> is missing.")
        labels.append(experiment.label)
        return padded_reviews([9] * 6, experiment.maxlen, seed=0), np.arange(6) % 2

    monkeypatch.setattr(flows, "probe_batch", probe)
    return labels


def names(charts: list[go.Figure]) -> list[str]:
    return [line.name for line in charts[-1].data if line.name]


def test_reviews_are_counted_for_every_network_not_for_the_first() -> None:
    many, few = ((chosen("a"), FollowedGradient(reviews, (FLOW,))) for reviews in (16, 4))
    assert "in 16 long reviews:" in introduction([many, many])
    assert "in 4 to 16 long reviews:" in introduction([many, few])


def test_the_words_below_speak_of_what_is_there_only() -> None:
    plain = conclusion([small()])
    for term in ("carry track", "backward", "layers"):
        assert term not in plain
    assert "carry track" in conclusion([small(cell="LSTM"), small(cell="LSTM", units=3)])
    assert conclusion([small(cell="LSTM")] * 2).count("carry track") == 1
    assert "backward" in conclusion([small(bidirectional=True)])
    assert "last layer" in conclusion([small(layers=2)])


@pytest.mark.usefixtures("probed")
def test_a_run_without_reviews_says_so_and_the_others_are_drawn(charts: list[go.Figure]) -> None:
    app = page(gradients.show, SimpleNamespace(), [chosen("there"), chosen("gone", source="keras")])
    assert names(charts) == ["there"]
    assert app.markdown[0].value == "**gone.** The file \\<imdb\\> is missing."
    assert "6 long reviews" in app.markdown[1].value
    assert app.button[0].label == "What they remember: Memory test", "no number of words stands here"


def test_a_network_is_measured_again_only_when_its_weights_have_changed(
    charts: list[go.Figure], probed: list[str]
) -> None:
    network = chosen("measured once")
    page(gradients.show, SimpleNamespace(), [network])
    page(gradients.show, SimpleNamespace(), [network])
    assert len(probed) == 1
    page(gradients.show, SimpleNamespace(), [chosen("measured once", random_weights(network.run.experiment, seed=1))])
    assert len(probed) == 2
    assert charts[-1] != charts[0]


@pytest.mark.parametrize("moment", ["before training", "best epoch"])
def test_a_large_network_and_initial_weights_are_left_to_a_worker_and_waited_for(
    charts: list[go.Figure], moment: str
) -> None:
    engine = StubEngine()
    network = chosen("small") if moment == "before training" else chosen("large", cell="LSTM", units=256, maxlen=1000)
    app = page(gradients.show, SimpleNamespace(engine=engine), [network], gradients=moment)
    assert [element.proto.text for element in app.get("progress")] == [
        f"`Measuring {network.title}` waiting for a worker"
    ]
    assert not charts
    engine.asked_of(network.run.id).result = FollowedGradient(16, (FLOW,))
    app.run()
    assert not app.exception
    assert names(charts) == [network.title]
