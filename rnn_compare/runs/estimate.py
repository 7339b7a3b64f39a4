"""Estimates of training time on this machine: from its own runs, and before these from a measured step."""

import contextlib
import math
import os
import socket
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import OnErrorOmit, TypeAdapter

from rnn_compare.atomic import whole_file
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.paths import cache_place
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.settings import needing_stock_layers

START_SECONDS = 0.5
"""Building the network and laying out its batches."""
BATCH_SECONDS = 0.0015
"""What a batch takes beside the layers, whatever its size: callbacks, the optimizer's step, packing or Keras' loop."""
ADAM_SECONDS = 25e-9
"""What Adam's step takes for each number of the embedding: it moves all of them, whatever words a batch holds."""
MEAN_WORDS = 238
"""Words of a review, over all 25,000."""
NEWEST, COUNTED = 50, 5
"""How many of the newest runs are looked at, and how many of the most alike among them count."""
UNLIKE = 3
"""Doublings of the work from which on a run tells nothing of another one."""
USUAL_TOGETHER = 1.2
"""How much longer a step takes with a network on every core: caches, memory and the second thread are shared."""
MOST_TOGETHER = 2.0
"""Not even two threads of one core slow each other down more: what was measured beyond was something else's doing."""


@dataclass(frozen=True)
class Speed:
    """Time of a training step here, as a multiple of that on the reference machine.

    Alone, and together with as many networks as the machine has workers.
    """

    alone: float = 1.0
    together: float = USUAL_TOGETHER
    workers: int = 2

    def slower(self, at_work: float) -> float:
        """Returns how many times as long a step takes as alone, where so many networks train at once.

        Example:
            >>> [Speed(0.5, 0.75, workers=3).slower(at_work) for at_work in (1, 2, 3, 4)]
            [1.0, 1.25, 1.5, 1.5]
        """
        if self.workers < 2:
            return 1.0
        crowded = min(max(at_work - 1, 0), self.workers - 1) / (self.workers - 1)
        return 1.0 + crowded * (min(max(self.together / self.alone, 1.0), MOST_TOGETHER) - 1.0)


UNMEASURED = Speed()
"""Taken until it is known."""
_SPEEDS = TypeAdapter(dict[str, OnErrorOmit[Speed]])


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


class History:
    """Timings of earlier runs on this machine, the oldest first, read once, from which the next are estimated."""

    def __init__(self, earlier: Sequence[Run] = (), speed: Speed = UNMEASURED) -> None:
        here = [run for run in earlier if not run.is_from_elsewhere]
        spans = [(run.started, run.ended or math.inf) for run in here if run.started is not None]
        self._began, self._ended = np.array(spans, float).reshape(-1, 2).T
        self._at_once = sum(run.status is Status.RUNNING for run in earlier)
        self._timed = [run for run in here if len(run.epochs) > 1]  # the first also holds the compiling
        self._cell = np.array([run.experiment.cell for run in self._timed], object)
        self._stock = np.array([_stock(run.experiment) for run in self._timed], bool)
        self._work = np.log2([work(run.experiment) for run in self._timed])
        self._times_there: dict[int, float] = {}
        self.speed = speed

    def seconds(self, experiments: Sequence[Experiment], workers: int) -> float:
        """Estimates the time until the last of several experiments is done, which start in their order."""
        _, ends = _course([], [self._alone(task, task.epochs) for task in experiments], workers, self.speed)
        return ends

    def starts(self, waiting: Sequence[Run], running: Sequence[Run], workers: int) -> dict[str, float]:
        """Estimates in how many seconds each of the runs that wait, in order, will start; 0 where a worker is free."""
        at_work, line = ([self.left(run) for run in runs] for runs in (running, waiting))
        begins, _ = _course(at_work, line, workers, self.speed)
        return dict(zip((run.id for run in waiting), begins, strict=True))

    def left(self, run: Run) -> float:
        """Estimates the seconds until a run that waits or trains is done, if it has the machine to itself."""
        if run.seconds_left is not None:  # its own pace, once an epoch has shown it
            return run.seconds_left / self.slower(run)
        return self._alone(run.experiment, (1.0 - run.fraction_done) * run.experiment.epochs)

    def epoch(self, experiment: Experiment) -> float:
        """Estimates the seconds of one epoch on a machine that does nothing else.

        From the runs most like it that this machine has done: of its cell, else of any; without any, from what a step
        takes here.
        """
        # How often the lesser work of two must be doubled to be the greater one's.
        doublings = np.rint(np.abs(self._work - math.log2(work(experiment))))
        usable = np.flatnonzero((self._stock == _stock(experiment)) & (doublings <= UNLIKE))[-NEWEST:]
        if not usable.size:
            return self.speed.alone * there(experiment)
        of_its_cell = usable[self._cell[usable] == experiment.cell]
        candidates = of_its_cell if of_its_cell.size else usable
        most_alike = candidates[doublings[candidates] == doublings[candidates].min()][-COUNTED:]
        return there(experiment) * statistics.median(self._pace(int(place)) for place in most_alike)

    def slower(self, run: Run) -> float:
        """Returns how many times as long as alone a run takes, or took, beside those that train at the same time."""
        return self.speed.slower(self._beside(run))

    def _alone(self, experiment: Experiment, epochs: float) -> float:
        """Estimates the seconds that one worker takes for some epochs of an experiment, the start included."""
        return START_SECONDS + epochs * self.epoch(experiment)

    def _pace(self, place: int) -> float:
        """Returns how many times as long a run's epoch took, had it been alone, as on the machine of the paces."""
        if place not in self._times_there:
            run = self._timed[place]
            took = (run.seconds_per_epoch or 0.0) / self.slower(run)
            self._times_there[place] = took / there(run.experiment)
        return self._times_there[place]

    def _beside(self, run: Run) -> float:
        """Returns how many of the runs train at once with one of them, or did so: the mean over its time."""
        if not run.status.ended:
            return max(1, self._at_once)
        if run.started is None or run.ended is None or run.ended <= run.started or run.continued:
            return 1.0
        together = np.minimum(self._ended, run.ended) - np.maximum(self._began, run.started)
        return float(together.clip(0).sum() / (run.ended - run.started))


NOTHING_KNOWN = History()


def there(experiment: Experiment) -> float:
    """Returns the seconds of one epoch where the cells' paces were measured, on a machine that did nothing else."""
    batch = BATCH_SECONDS
    if experiment.optimizer == "adam":
        batch += ADAM_SECONDS * experiment.vocabulary_size * experiment.embedding_size
    batches = math.ceil(experiment.training_reviews / experiment.batch_size)
    return work(experiment) * _pace(experiment) + batches * batch


def _pace(experiment: Experiment) -> float:
    """Returns the seconds of a unit of ``work`` where the paces were measured."""
    if network := experiment.without_recurrence:
        return network.pace + network.pace_of_pairs * experiment.maxlen
    pace = cell(experiment.cell).pace
    return pace.stock if _stock(experiment) else pace.fused


def words_read(maxlen: int) -> float:
    """Returns the mean number of words of a review that is cut to ``maxlen``: what fused layers read.

    Within 3 % of what was counted for the 25,000 reviews, from 10 to 1,000 words.

    Example:
        >>> [round(words_read(maxlen)) for maxlen in (10, 100, 500, 1000)]
        [10, 96, 225, 235]
    """
    return float((maxlen**-2.5 + MEAN_WORDS**-2.5) ** (-1 / 2.5))


def _course(
    running: Sequence[float], waiting: Sequence[float], workers: int, speed: Speed
) -> tuple[list[float], float]:
    """Works out when waiting runs begin, and when the last of all ends, by what each would take now, alone."""
    now, begins, at_work, line = 0.0, [], list(running), list(waiting)[::-1]
    while at_work or line:
        while line and len(at_work) < max(workers, 1):
            begins.append(now)
            at_work.append(line.pop())
        slower, first = speed.slower(len(at_work)), min(at_work)
        now += first * slower
        at_work = [seconds - first for seconds in at_work if seconds > first]
    return begins, now


def _stock(experiment: Experiment) -> bool:
    # What a worker decides, but for a GPU, which nobody sees from here: there the first run teaches the pace.
    return experiment.without_recurrence is not None or bool(needing_stock_layers(experiment))


def measured_speed(workers: int) -> Speed | None:
    """Returns what was measured on this machine with so many workers; None if nothing was, or it cannot be read."""
    speed = _speeds().get(_machine(workers))
    return speed if speed and 0 < speed.alone < 1000 and 0 < speed.together < 1000 else None


def keep_speed(speed: Speed) -> None:
    """Notes what was measured on this machine, beside what was on others that share the cache folder.

    Raises ``OSError`` if it cannot be written.
    """
    speeds = _speeds() | {_machine(speed.workers): speed}
    with whole_file(cache_place() / "speed.json") as partial:
        partial.write_bytes(_SPEEDS.dump_json(speeds, indent=1))


def _speeds() -> dict[str, Speed]:
    with contextlib.suppress(OSError, ValueError):
        return _SPEEDS.validate_json((cache_place() / "speed.json").read_bytes())
    return {}


def _machine(workers: int) -> str:
    return f"{socket.gethostname()}, {os.cpu_count()} processors, {workers} at once"
