"""Networks on equal terms: with as many recurrent parameters, or as many seconds of training, as a chosen one."""

import bisect
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.experiment import Experiment, bounds, experiment_from
from rnn_compare.networks.parameters import Parameters, parameters
from rnn_compare.runs.estimate import History
from rnn_compare.runs.record import Run

INDIFFERENT = frozenset({"seed", "epochs", "patience", "schedule", "learning_rate", "vary_split", "test_split"})
"""Settings that hardly change the seconds of an epoch."""


@dataclass(frozen=True)
class EqualParameters:
    """A network whose recurrent layers have nearly as many parameters as a chosen network's.

    Attributes:
        counted: Its parameters, term by term.
        wanted: The number of recurrent parameters of the chosen network.
    """

    experiment: Experiment
    counted: Parameters
    wanted: int

    @property
    def difference(self) -> int:
        """Its recurrent parameters less those of the chosen network."""
        return self.counted.recurrent - self.wanted

    @property
    def arithmetic(self) -> str:
        """Its count layer by layer, such as ``76·76 + 32·76 + 76 = 8,284``."""
        return "; ".join(layer.arithmetic for layer in self.counted.recurrent_layers if not layer.is_embedding)


@dataclass(frozen=True)
class EpochSeconds:
    """Seconds of an epoch on this machine.

    Attributes:
        seconds: The median over the runs.
        runs: How many runs of this very network were measured; 0 if it is estimated from other sizes or cells.
    """

    seconds: float
    runs: int


@dataclass(frozen=True)
class EqualTime:
    """A network with as many epochs as fit into the seconds that a chosen network takes for all its own."""

    experiment: Experiment
    pace: EpochSeconds

    @property
    def seconds(self) -> float:
        """The time of its epochs together."""
        return self.experiment.epochs * self.pace.seconds


def match_parameters(reference: Experiment, cells: Sequence[str]) -> list[EqualParameters]:
    """Returns for each cell the network whose recurrent layers come nearest in parameters to the chosen one's.

    Without recurrence, all layers between Embedding and Dense count, which are left out in any case. All other settings
    are the chosen network's; its own cell gives that network again. Of two equally near the smaller is taken.

    Example:
        >>> [rnn, gru] = match_parameters(Experiment(cell="LSTM", units=32), ["SimpleRNN", "GRU"])
        >>> rnn.wanted, rnn.experiment.units, rnn.arithmetic
        (8320, 76, '76·76 + 32·76 + 76 = 8,284')
        >>> gru.experiment.units, gru.difference
        (38, -112)
    """
    wanted = parameters(reference).recurrent
    return [_nearest(reference, cell, wanted) for cell in cells]


def _nearest(reference: Experiment, cell: str, wanted: int) -> EqualParameters:
    def network(units: int) -> Experiment:
        return _with(reference, cell=cell, units=units)

    def count(units: int) -> int:
        return parameters(network(units)).recurrent

    low, high = map(int, bounds("units"))
    enough = bisect.bisect_left(range(high), wanted, low, key=count)
    nearest = network(min(range(max(low, enough - 1), enough + 1), key=lambda units: abs(count(units) - wanted)))
    return EqualParameters(nearest, parameters(nearest), wanted)


def match_time(reference: Experiment, others: Sequence[Experiment], runs: Sequence[Run]) -> list[EqualTime]:
    """Returns each network with as many epochs as take as long as the reference's, by this machine's earlier runs."""
    seconds = reference.epochs * epoch_seconds(reference, runs).seconds
    low, high = map(int, bounds("epochs"))
    paces = [epoch_seconds(other, runs) for other in others]
    return [
        EqualTime(_with(other, epochs=min(max(round(seconds / pace.seconds), low), high)), pace)
        for other, pace in zip(others, paces, strict=True)
    ]


def epoch_seconds(experiment: Experiment, runs: Sequence[Run]) -> EpochSeconds:
    """Returns the median time of an epoch over this machine's runs of a network, else an estimate from other runs.

    The settings of ``INDIFFERENT``, such as the seed, may differ.
    """
    pace = _decisive(experiment)
    timed = [
        run.seconds_per_epoch
        for run in runs
        if run.seconds_per_epoch is not None and _decisive(run.experiment) == pace and not run.is_from_elsewhere
    ]
    if timed:
        return EpochSeconds(statistics.median(timed), len(timed))
    return EpochSeconds(History(runs).epoch_seconds(experiment), 0)


def _with(experiment: Experiment, **changed: object) -> Experiment:
    return experiment_from(experiment.model_dump() | changed)  # drops settings that mean nothing to another network


def _decisive(experiment: Experiment) -> dict[str, object]:
    return experiment.model_dump(exclude=set(INDIFFERENT))
