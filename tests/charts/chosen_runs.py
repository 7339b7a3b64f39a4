"""Runs to look into, with random weights and without a record."""

from collections.abc import Callable, Hashable
from typing import Any

from streamlit.testing.v1 import AppTest

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.palette import look_of_cell
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.training.analyses import Analysis
from tests.explain.conftest import random_weights, small
from tests.patience import PATIENCE


def chosen(title: str = "mine", weights: Weights | None = None, **changes: Any) -> LoadedNetwork:
    """A small run; its id is its title."""
    experiment = small(**changes)
    run = Run(title, 1, title, experiment, Status.FINISHED, Owner.current(), "page", created=0.0)
    return LoadedNetwork(run, title, look_of_cell(experiment.cell), "best", weights or random_weights(experiment))


class StubEngine:
    """Begins analyses and leaves it to a test to end them."""

    def __init__(self) -> None:
        self.begun: dict[tuple[Any, ...], Analysis] = {}

    def analyse(self, _function: Callable[..., Any], *arguments: Hashable, here: bool = False) -> Analysis:  # noqa: ARG002  # as the engine is called
        return self.begun.setdefault(arguments, Analysis())

    def asked_of_task(self, task: Callable[..., Any], run: str) -> Analysis:
        (match,) = (analysis for arguments, analysis in self.begun.items() if arguments[:2] == (task, run))
        return match

    def asked_of(self, run: str) -> Analysis:
        (match,) = (analysis for arguments, analysis in self.begun.items() if run in arguments)
        return match


def page(show: Callable[..., object], services: Any, runs: list[LoadedNetwork], **parameters: str) -> AppTest:
    # Its source is run by itself, without the names of this module.
    def script(show: "Callable[..., object]", services: "Any", runs: "list[LoadedNetwork]") -> None:
        show(services, runs)

    app = AppTest.from_function(
        script, default_timeout=PATIENCE, kwargs={"show": show, "services": services, "runs": runs}
    )
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))
