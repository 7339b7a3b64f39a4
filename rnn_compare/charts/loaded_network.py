"""Trained networks with their weights, names and looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.charts.palette import Look, look
from rnn_compare.comparison.groups import one_each
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.prediction import run_weights
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import Which
from rnn_compare.runs.record import Run


@dataclass(frozen=True)
class LoadedNetwork:
    """One run with the weights that are looked at.

    Attributes:
        title: Its name on this page, distinct from the others.
    """

    run: Run
    title: str
    look: Look
    which: Which
    weights: Weights

    @property
    def state(self) -> str:
        """The fingerprint of the weights."""
        return worker_tasks.fingerprint(self.weights)

    @property
    def key(self) -> tuple[str, Which, str, Experiment]:
        """The arguments of ``worker_tasks.answer`` behind the task."""
        return self.run.id, self.which, self.state, self.run.experiment


def with_weights(runs: Sequence[Run], which: Which) -> tuple[list[LoadedNetwork], list[str]]:
    """Returns the networks with their weights, the first of several seeds, and a sentence for each without."""
    networks, problems = [], []
    for group in one_each(runs):
        [run] = group.runs
        try:
            networks.append(LoadedNetwork(run, group.name, look(group), which, run_weights(run, which)))
        except UserError as error:
            problems.append(str(error))
    return networks, problems
