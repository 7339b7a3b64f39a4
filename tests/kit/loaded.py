"""Networks as charts get them, with random weights and without a record, and what may be computed of them."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.palette import look_of_cell
from rnn_compare.explain.word_memory import MemoryTest, WordChoice
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.training.analyses import Analysis
from tests.kit.networks import random_weights, small


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


def memory_result(
    positive: Sequence[str] = ("superb",), neutral: Sequence[str] = ("screenplay", "however"), **changes: Any
) -> MemoryTest:
    """What the test of a network may find."""
    words = WordChoice(*(tuple((word, 0.0) for word in group) for group in (positive, ["waste"], neutral)))
    figures: dict[str, Any] = {"distances": [1, 10, 100], "told_apart": [1.0, 0.8, 0.5], "effect": [2.0, 0.5, -0.001]}
    arrays = {name: np.array(changes.get(name, values)) for name, values in figures.items()}
    return MemoryTest(**arrays, pairs=changes.get("pairs", 200), words=words)


def recalled(title: str = "mine", **changes: Any) -> tuple[LoadedNetwork, MemoryTest]:
    return chosen(title), memory_result(**changes)
