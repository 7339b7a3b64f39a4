"""Estimates of training time, from runs or a measured step of this machine."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.settings import needing_stock_layers

START_SECONDS = 0.5
"""Building the network and its batches."""
BATCH_SECONDS = 0.0015
"""Overhead of a batch of any size: callbacks, the optimizer's step, packing or Keras' loop."""
ADAM_SECONDS = 25e-9
"""Adam's step for each number of the embedding: it updates all of them, whatever words a batch contains."""
MEAN_WORDS = 238
"""Words of a review, over all 25,000."""
NEWEST, COUNTED = 50, 5
"""Number of newest runs to look through, and of the most similar among them to use."""
MAX_DOUBLINGS = 3
"""An estimate uses runs of at most 8 times or an eighth of the workload, that is within 3 doublings, rounded."""
TOGETHER = 1.2
"""Slowdown of a step when every core trains a network: caches and memory are shared."""


@dataclass(frozen=True)
class Speed:
    """Time of a training step on this machine with one network in training, in multiples of the reference machine's."""

    alone: float = 1.0
    workers: int = 2

    def slowdown(self, running: float) -> float:
        """Returns the duration of a step with so many networks in training, as a multiple of its duration alone.

        Example:
            >>> [Speed(0.5, workers=3).slowdown(running) for running in (1, 2, 3, 4)]
            [1.0, 1.1, 1.2, 1.2]
        """
        if self.workers < 2:
            return 1.0
        crowding = min(max(running - 1, 0), self.workers - 1) / (self.workers - 1)
        return 1.0 + crowding * (TOGETHER - 1.0)


UNMEASURED = Speed()


def workload(experiment: Experiment) -> float:
    """Returns the work of one epoch, in words read by a 32-unit layer.

    The recurrent product grows with the square of the units, overhead does not grow at all. The exponents between the
    two were measured for 8 to 256 units (docs/performance.md); where overhead is small, they are nearer to the square.
    """
    words = experiment.maxlen if _uses_stock_layers(experiment) else words_read(experiment.maxlen)
    steps = experiment.training_reviews * words
    directions = 2 if experiment.bidirectional else 1
    size = 0.5 + 0.5 * math.pow(experiment.units / 32, 1.2 if _uses_stock_layers(experiment) else 1.6)
    return steps * experiment.layers * directions * size


def reference_seconds(experiment: Experiment) -> float:
    """Returns the seconds of one epoch on the reference machine (where the cells' paces were measured), when idle."""
    stock = _uses_stock_layers(experiment)
    if network := experiment.without_recurrence:
        pace = network.pace + network.pace_of_pairs * experiment.maxlen
    else:
        pace = cell(experiment.cell).pace.stock if stock else cell(experiment.cell).pace.fused
    batch = BATCH_SECONDS
    if experiment.optimizer == "adam":
        batch += ADAM_SECONDS * experiment.vocabulary_size * experiment.embedding_size
    return workload(experiment) * pace + math.ceil(experiment.training_reviews / experiment.batch_size) * batch


class History:
    """Timings of earlier runs on this machine, the basis of estimates for the next.

    Args:
        earlier: All recorded runs, the oldest first; they are read once.
        speed: Of this machine, used where no run is similar.
    """

    def __init__(self, earlier: Sequence[Run] = (), speed: Speed = UNMEASURED) -> None:
        here = [run for run in earlier if not run.is_from_elsewhere]
        spans = [(run.started, run.ended or math.inf) for run in here if run.started is not None]
        self._starts, self._ends = np.array(spans, float).reshape(-1, 2).T
        self._running = sum(run.status is Status.RUNNING for run in earlier)
        self._timed = [run for run in here if len(run.epochs) > 1]  # the first epoch includes compilation
        self._cell = np.array([run.experiment.cell for run in self._timed], object)
        self._stock = np.array([_uses_stock_layers(run.experiment) for run in self._timed], bool)
        self._workload = np.log2([workload(run.experiment) for run in self._timed])
        self._paces: dict[int, float] = {}
        self.speed = speed

    def total_seconds(self, experiments: Sequence[Experiment], workers: int) -> float:
        """Estimates the time until the last of several experiments, which start in their order, is done."""
        return _schedule([], [self._alone(task, task.epochs) for task in experiments], workers, self.speed)[1]

    def start_times(self, waiting: Sequence[Run], running: Sequence[Run], workers: int) -> dict[str, float]:
        """Estimates the seconds until each waiting run, in order, starts; 0 where a worker is free."""
        now, later = ([self.seconds_left(run) for run in runs] for runs in (running, waiting))
        starts, _ = _schedule(now, later, workers, self.speed)
        return dict(zip((run.id for run in waiting), starts, strict=True))

    def seconds_left(self, run: Run) -> float:
        """Estimates the seconds until a waiting or running run is done, if it has the machine to itself."""
        if run.seconds_left is not None:  # its own pace, known after an epoch
            return run.seconds_left / self.slowdown(run)
        return self._alone(run.experiment, (1.0 - run.fraction_done) * run.experiment.epochs)

    def epoch_seconds(self, experiment: Experiment) -> float:
        """Estimates the seconds of one epoch on this machine when it does nothing else.

        Based on the most similar earlier runs, of the same cell if there are any; without similar runs, on the speed.
        """
        doublings = np.rint(np.abs(self._workload - math.log2(workload(experiment))))
        similar = (self._stock == _uses_stock_layers(experiment)) & (doublings <= MAX_DOUBLINGS)
        usable = np.flatnonzero(similar)[-NEWEST:]
        if not usable.size:
            return self.speed.alone * reference_seconds(experiment)
        of_its_cell = usable[self._cell[usable] == experiment.cell]
        candidates = of_its_cell if of_its_cell.size else usable
        most_similar = candidates[doublings[candidates] == doublings[candidates].min()][-COUNTED:]
        return reference_seconds(experiment) * statistics.median(self._pace(int(index)) for index in most_similar)

    def slowdown(self, run: Run) -> float:
        """Returns the duration of a run's steps beside its concurrent runs, as a multiple of their duration alone."""
        return self.speed.slowdown(self._concurrency(run))

    def _alone(self, experiment: Experiment, epochs: float) -> float:
        return START_SECONDS + epochs * self.epoch_seconds(experiment)

    def _pace(self, index: int) -> float:
        """Returns the seconds of a timed run's epoch, had it been alone, in multiples of its reference seconds."""
        if index not in self._paces:
            run = self._timed[index]
            alone = (run.seconds_per_epoch or 0.0) / self.slowdown(run)
            self._paces[index] = alone / reference_seconds(run.experiment)
        return self._paces[index]

    def _concurrency(self, run: Run) -> float:
        """Returns the number of runs in training at the same time as a run, itself included: the mean over its time."""
        if not run.status.ended:
            return max(1, self._running)
        if run.started is None or run.ended is None or run.ended <= run.started or run.continued:
            return 1.0
        overlaps = np.minimum(self._ends, run.ended) - np.maximum(self._starts, run.started)
        return float(overlaps.clip(0).sum() / (run.ended - run.started))


NO_HISTORY = History()


def words_read(maxlen: int) -> float:
    """Returns the mean number of words of a review truncated to ``maxlen``, which fused layers read without padding.

    Within 3 % of the counts over the 25,000 reviews, from 10 to 1,000 words.

    Example:
        >>> [round(words_read(maxlen)) for maxlen in (10, 100, 500, 1000)]
        [10, 96, 225, 235]
    """
    return float((maxlen**-2.5 + MEAN_WORDS**-2.5) ** (-1 / 2.5))


def _schedule(
    running: Sequence[float], waiting: Sequence[float], workers: int, speed: Speed
) -> tuple[list[float], float]:
    """Returns when each waiting run starts and when the last run ends, from the seconds that each needs alone."""
    now, starts, active, queue = 0.0, [], list(running), list(waiting)[::-1]
    while active or queue:
        while queue and len(active) < max(workers, 1):
            starts.append(now)
            active.append(queue.pop())
        shortest = min(active)
        now += shortest * speed.slowdown(len(active))
        active = [seconds - shortest for seconds in active if seconds > shortest]
    return starts, now


def _uses_stock_layers(experiment: Experiment) -> bool:
    # As a worker decides, except for a GPU, which is not visible from here: there the first run teaches the pace.
    return experiment.without_recurrence is not None or bool(needing_stock_layers(experiment))
