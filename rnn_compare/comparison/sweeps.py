"""Sweeps: which runs of a grid are trained.

The runs of a sweep follow from their settings alone. So earlier runs are used again, and an interrupted sweep continues
wherever the same grid is requested.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rnn_compare.comparison.groups import is_complete
from rnn_compare.experiment import Experiment
from rnn_compare.runs import checkpoint
from rnn_compare.runs.record import Run

BROKEN_OFF, AT_WORK, TRAINED = 1, 2, 3
"""Ranks of runs; of several runs of one experiment that of the highest rank counts. 0: it must be trained again."""


@dataclass(frozen=True)
class Sweep:
    """The state of a grid's trainings.

    Attributes:
        experiments: The grid, without duplicates.
        runs: The run that counts for each experiment that has one: the newest that trained to its end, else one at
            work, else the newest that can be continued, else the newest.
        trained: The runs that have trained to their end.
        at_work: The runs that wait or train.
        broken_off: The runs that can be continued.
        missing: The experiments that must be trained from the first epoch.
    """

    experiments: tuple[Experiment, ...]
    runs: Mapping[Experiment, Run]
    trained: tuple[Run, ...]
    at_work: tuple[Run, ...]
    broken_off: tuple[Run, ...]
    missing: tuple[Experiment, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all its experiments have trained to their end."""
        return len(self.trained) == len(self.experiments)


def survey(experiments: Sequence[Experiment], runs: Sequence[Run]) -> Sweep:
    """Returns the state of a grid, given all runs, oldest first."""
    attempts: dict[Experiment, list[Run]] = {experiment: [] for experiment in experiments}
    for run in runs:
        if run.experiment in attempts and not run.is_from_elsewhere:
            attempts[run.experiment].append(run)
    counting = {experiment: max(reversed(several), key=_rank) for experiment, several in attempts.items() if several}
    ranks = {experiment: _rank(run) for experiment, run in counting.items()}
    trained, at_work, broken_off = (
        tuple(counting[experiment] for experiment in ranks if ranks[experiment] == rank)
        for rank in (TRAINED, AT_WORK, BROKEN_OFF)
    )
    missing = tuple(experiment for experiment in attempts if not ranks.get(experiment))
    return Sweep(tuple(attempts), counting, trained, at_work, broken_off, missing)


def varied(experiments: Collection[Experiment]) -> list[str]:
    """Returns the settings with several values except the seed."""
    names = (name for name in Experiment.model_fields if name != "seed")
    return [name for name in names if len({getattr(experiment, name) for experiment in experiments}) > 1]


def _rank(run: Run) -> int:
    if is_complete(run):
        return TRAINED
    if not run.status.ended:
        return AT_WORK
    return BROKEN_OFF if run.can_be_continued and (not run.epochs or checkpoint.exists(run.id)) else 0
