from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import gradients
from rnn_compare.dashboard.pages.inside.gradients import GradientHistory, conclusion, introduction
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import gradient_flow as flows
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from rnn_compare.runs.events import EpochGradients
from tests.dashboard.chosen_runs import StubEngine, StubStore, chosen, page
from tests.explain.conftest import padded_reviews, random_weights, small

RISING = np.array([[1e-4, 1e-3, 1e-2, 1e-1]])
FLOW = gradient_flow(GradientNorms(False, RISING, None, RISING > 0))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What goes to the browser."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(gradients, "component", lambda *_: lambda data, key: messages.append(data))  # noqa: ARG005  # its names
    return messages


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


def test_reviews_are_counted_for_every_network_not_for_the_first() -> None:
    many, few = (GradientHistory(chosen("a"), 0, {0: FollowedGradient(reviews, (FLOW,))}) for reviews in (16, 4))
    assert "of 16 long reviews;" in introduction([many, many])
    assert "of 4 to 16 long reviews;" in introduction([many, few])


def test_the_words_below_speak_of_what_is_there_only() -> None:
    plain = conclusion([small()])
    assert "vanishes" in plain
    for term in ("carry track", "backward", "layers"):
        assert term not in plain
    assert "carry track" in conclusion([small(cell="LSTM"), small(cell="LSTM", units=3)])
    assert conclusion([small(cell="LSTM")] * 2).count("carry track") == 1
    assert "backward" in conclusion([small(bidirectional=True)])
    assert "last layer" in conclusion([small(layers=2)])


@pytest.mark.usefixtures("probed")
def test_a_run_without_reviews_says_so_and_the_others_are_drawn(sent: list[dict[str, Any]]) -> None:
    app = page(gradients.show, SimpleNamespace(store=StubStore()), [chosen("there"), chosen("gone", source="keras")])
    assert [run["title"] for run in sent[-1]["runs"]] == ["there"]
    assert "6 long reviews" in app.markdown[0].value
    assert app.markdown[1].value == "**gone.** The file \\<imdb\\> is missing."


def test_what_was_recorded_is_shown_as_it_is_and_an_epoch_passed_over_is_worked_out(
    sent: list[dict[str, Any]], probed: list[str]
) -> None:
    network = chosen("recorded")  # its weights are those of epoch 0: it has no other
    for epochs, measured in [((0, 1), 0), ((1, 2), 1)]:
        store = StubStore(*(EpochGradients("recorded", epoch, 16, [FLOW]) for epoch in epochs))
        page(gradients.show, SimpleNamespace(store=store), [network])
        assert len(probed) == measured
        assert sent[-1]["epochs"] == sorted({0, *epochs})


def test_a_network_is_measured_again_only_when_its_weights_have_changed(
    sent: list[dict[str, Any]], probed: list[str]
) -> None:
    services = SimpleNamespace(store=StubStore())
    network = chosen("measured once")
    page(gradients.show, services, [network])
    page(gradients.show, services, [network])
    assert len(probed) == 1
    page(gradients.show, services, [chosen("measured once", random_weights(network.run.experiment, seed=1))])
    assert len(probed) == 2
    assert sent[-1] != sent[0]


def test_a_large_network_is_left_to_a_worker_and_waited_for(sent: list[dict[str, Any]]) -> None:
    engine = StubEngine()
    network = chosen("large", cell="LSTM", units=256, maxlen=1000)
    app = page(gradients.show, SimpleNamespace(engine=engine, store=StubStore()), [network])
    assert len(app.get("progress")) == 1
    assert not sent
    engine.asked_of("large").result = FollowedGradient(16, (FLOW,))
    app.run()
    assert not app.exception
    (way,) = sent[-1]["runs"][0]["directions"]
    assert way["flows"] == [FLOW]
