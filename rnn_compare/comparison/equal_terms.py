"""Networks on equal terms: with as many recurrent parameters, or as many seconds of training, as a chosen one."""

import bisect
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.networks.parameters import parameters
from rnn_compare.runs.estimate import History
from rnn_compare.runs.record import Run
from rnn_compare.settings import bounds

INDIFFERENT = {"seed", "epochs", "patience", "schedule", "learning_rate", "vary_split", "test_split"}
"""Settings that hardly change the seconds of an epoch."""


@dataclass(frozen=True)
class EqualTime:
    """A network with as many epochs as fit into the seconds that a chosen network takes for all its own.

    Attributes:
        epoch_seconds: Seconds of an epoch on this machine, the median over the runs.
        runs: How many runs of this very network were measured; 0 if it is estimated from other sizes or cells.
    """

    experiment: Experiment
    epoch_seconds: float
    runs: int

    @property
    def seconds(self) -> float:
        """The time of its epochs together."""
        return self.experiment.epochs * self.epoch_seconds


def match_parameters(reference: Experiment, cells: Sequence[str]) -> list[Experiment]:
    """Returns for each cell the network whose recurrent layers come nearest in parameters to the reference's.

    Embedding and Dense do not count; without recurrence, all layers between them do. All other settings are the
    reference's; its own cell gives that network again. Of two equally near networks the smaller is taken.

    Example:
        >>> [network.label for network in match_parameters(Experiment(cell="LSTM", units=32), ["SimpleRNN", "GRU"])]
        ['SimpleRNN(76)', 'GRU(38)']
    """
    wanted = parameters(reference).recurrent
    low, high = map(int, bounds("units"))

    def nearest(cell: str) -> Experiment:
        def count(units: int) -> int:
            return parameters(_with(reference, cell=cell, units=units)).recurrent

        enough = bisect.bisect_left(range(high), wanted, low, key=count)
        units = min(range(max(low, enough - 1), enough + 1), key=lambda units: abs(count(units) - wanted))
        return _with(reference, cell=cell, units=units)

    return list(map(nearest, cells))


def match_time(reference: Experiment, cells: Sequence[str], runs: Sequence[Run]) -> list[EqualTime]:
    """Returns for each cell the reference with that cell and as many epochs as take as long, by this machine's runs."""
    budget = reference.epochs * epoch_seconds(reference, runs)[0]
    low, high = map(int, bounds("epochs"))

    def match(other: Experiment) -> EqualTime:
        seconds, measured = epoch_seconds(other, runs)
        return EqualTime(_with(other, epochs=min(max(round(budget / seconds), low), high)), seconds, measured)

    return [match(_with(reference, cell=cell)) for cell in cells]


def epoch_seconds(experiment: Experiment, runs: Sequence[Run]) -> tuple[float, int]:
    """Returns the median time of an epoch over this machine's runs of a network, and how many there are.

    Without any it is an estimate from other runs. The settings of ``INDIFFERENT``, such as the seed, may differ.
    """
    network = experiment.model_dump(exclude=INDIFFERENT)
    same = [run for run in runs if run.experiment.model_dump(exclude=INDIFFERENT) == network]
    of_network = [run for run in same if not run.is_from_elsewhere]
    if timed := [seconds for run in of_network if (seconds := run.seconds_per_epoch) is not None]:
        return statistics.median(timed), len(timed)
    return History(runs).epoch_seconds(experiment), 0


def _with(experiment: Experiment, **changed: object) -> Experiment:
    return experiment_from(experiment.model_dump() | changed)  # drops settings that mean nothing to another network
