"""How long a comparison will take on this machine, learnt from the runs that it has done."""

import heapq
import math
import statistics
from collections.abc import Sequence

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.runs.record import Run

START_SECONDS = 2.0
"""Building and tracing the network before its first batch."""
MEAN_WORDS = 238
"""Words of a review, over all 25,000."""


def work(experiment: Experiment) -> float:
    """Returns how much one epoch asks for, in words read by a 32-unit layer.

    The recurrent product grows with the square of the units, overhead with their number not at all: between the two
    lies what was measured for 8 to 256 units (docs/performance.md), nearer to the square where overhead is small.
    """
    words = experiment.maxlen if _stock(experiment) else words_read(experiment.maxlen)
    steps = experiment.training_reviews * words
    directions = 2 if experiment.bidirectional else 1
    size = 0.5 + 0.5 * math.pow(experiment.units / 32, 1.2 if _stock(experiment) else 1.6)
    return steps * experiment.layers * directions * size


def seconds(experiments: Sequence[Experiment], earlier: Sequence[Run], workers: int) -> float:
    """Estimates the time until the last of several experiments is done.

    Args:
        experiments: What is to be trained, in the order in which it will start.
        earlier: Runs of this machine, any state.
        workers: How many train at once.

    Returns:
        Seconds, also for nothing at all: 0.
    """
    busy_until = [0.0] * max(workers, 1)
    for experiment in experiments:
        heapq.heapreplace(busy_until, busy_until[0] + alone(experiment, experiment.epochs, earlier))
    return max(busy_until) if experiments else 0.0


def starts(waiting: Sequence[Run], running: Sequence[Run], earlier: Sequence[Run], workers: int) -> dict[str, float]:
    """Estimates when each of several runs will start.

    Args:
        waiting: Runs that wait, the next one first.
        running: Runs that workers have.
        earlier: As in ``seconds``.
        workers: How many train at once.

    Returns:
        Seconds from now for each run's id; 0 where a worker is free.
    """
    busy_until = [left(run, earlier) for run in running]
    busy_until += [0.0] * (max(workers, 1) - len(running))
    heapq.heapify(busy_until)
    begins = {}
    for run in waiting:
        begins[run.id] = busy_until[0]
        heapq.heapreplace(busy_until, busy_until[0] + left(run, earlier))
    return begins


def left(run: Run, earlier: Sequence[Run]) -> float:
    """Estimates the seconds until a run that waits or trains is done, from its own pace once an epoch has shown it."""
    if run.seconds_left is not None:
        return run.seconds_left
    return alone(run.experiment, (1.0 - run.fraction_done) * run.experiment.epochs, earlier)


def alone(experiment: Experiment, epochs: float, earlier: Sequence[Run]) -> float:
    """Estimates the seconds that one worker takes for some epochs of an experiment, the start included."""
    return START_SECONDS + epochs * epoch(experiment, earlier)


def epoch(experiment: Experiment, earlier: Sequence[Run]) -> float:
    """Estimates the seconds of one epoch, from the pace of earlier runs of the cell where there are any."""
    return work(experiment) * _rate(experiment, earlier)


def words_read(maxlen: int) -> float:
    """Returns the mean number of words of a review that is cut to ``maxlen``: what fused layers read.

    Within 3 % of what was counted for the 25,000 reviews, from 10 to 1,000 words.

    Example:
        >>> [round(words_read(maxlen)) for maxlen in (10, 100, 500, 1000)]
        [10, 96, 225, 235]
    """
    return float((maxlen**-2.5 + MEAN_WORDS**-2.5) ** (-1 / 2.5))


def _rate(experiment: Experiment, earlier: Sequence[Run]) -> float:
    # The newest few count: the machine may have been busy with something else before.
    rates = [
        run.seconds_per_epoch / work(run.experiment)
        for run in earlier
        if run.experiment.cell == experiment.cell
        and _stock(run.experiment) == _stock(experiment)
        and run.seconds_per_epoch is not None
        and not run.is_from_elsewhere
    ]
    if rates:
        return statistics.median(rates[-5:])
    pace = cell(experiment.cell).pace
    return pace.stock if _stock(experiment) else pace.fused


def _stock(experiment: Experiment) -> bool:
    # What a worker decides, but for a GPU, which nobody sees from here: there the first run teaches the pace.
    return experiment.stock_layers or experiment.recurrent_dropout > 0
