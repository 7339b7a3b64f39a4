"""Sweeps: grids over settings, and which of their runs are trained.

The runs of a sweep follow from their settings alone. So earlier runs are used again, and an interrupted sweep continues
wherever the same grid is requested.
"""

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnn_compare.comparison.groups import is_complete
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.runs import checkpoint
from rnn_compare.runs.record import Run

MAX_RUNS = 200
OUTERMOST = ("cell", "units", "maxlen")
"""Settings that vary slowest, in this order; the seed varies fastest."""
BROKEN_OFF, AT_WORK, TRAINED = 1, 2, 3
"""Ranks of runs; of several runs of one experiment that of the highest rank counts. 0: it must be trained again."""
_PLURAL = {
    "cell": "cell types",
    "units": "units",
    "maxlen": "maxlen",
    "distance": "distances",
    "reviews": "numbers of reviews",
    "seed": "seeds",
}


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


def grid(settings: Mapping[str, Any]) -> list[Experiment]:
    """Returns one experiment for each combination of values, without duplicates; a list of values is an axis.

    Cells vary slowest, seeds fastest. Raises ``UserError`` for too many, or one out of bounds.

    Example:
        >>> [e.label for e in grid({"cell": ["LSTM", "GRU"], "units": [4, 8], "maxlen": 20})]
        ['LSTM(4)', 'LSTM(8)', 'GRU(4)', 'GRU(8)']
    """
    axes = {
        name: list(dict.fromkeys(values)) if isinstance(values := settings[name], list | tuple) else [values]
        for name in sorted(settings, key=_place)
    }
    if (count := math.prod(map(len, axes.values()))) > MAX_RUNS:
        sizes = {name: len(axis) for name, axis in axes.items() if len(axis) > 1}
        factors = " × ".join(f"{size} {_PLURAL.get(name, f'values of {name}')}" for name, size in sizes.items())
        raise UserError(
            f"{factors} make {count} runs; a sweep has at most {MAX_RUNS}. Take some away, or make two sweeps of it."
        )
    combinations = (dict(zip(axes, combination, strict=True)) for combination in itertools.product(*axes.values()))
    return list(dict.fromkeys(map(experiment_from, combinations)))


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
    """Returns the settings with several values except the seed, the slowest first."""
    names = (name for name in sorted(Experiment.model_fields, key=_place) if name != "seed")
    return [name for name in names if len({getattr(experiment, name) for experiment in experiments}) > 1]


def _place(name: str) -> tuple[int, int]:
    if name in OUTERMOST:
        return 0, OUTERMOST.index(name)
    return (2, 0) if name == "seed" else (1, list(Experiment.model_fields).index(name))


def _rank(run: Run) -> int:
    if is_complete(run):
        return TRAINED
    if not run.status.ended:
        return AT_WORK
    return BROKEN_OFF if run.can_be_continued and (not run.epochs or checkpoint.exists(run.id)) else 0
