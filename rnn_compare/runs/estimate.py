"""How long a comparison will take on this machine: from what it has done, and before that from a measured step."""

import math
import statistics
from collections.abc import Sequence

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.speed import UNMEASURED, Speed

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


def seconds(
    experiments: Sequence[Experiment], earlier: Sequence[Run], workers: int, speed: Speed = UNMEASURED
) -> float:
    """Estimates the time until the last of several experiments is done.

    Args:
        experiments: What is to be trained, in the order in which it will start.
        earlier: Runs of this machine, any state.
        workers: How many train at once.
        speed: What a step takes here.

    Returns:
        Seconds, also for nothing at all: 0.
    """
    _, ends = _course([], [alone(each, each.epochs, earlier, speed) for each in experiments], workers, speed)
    return ends


def starts(
    waiting: Sequence[Run], running: Sequence[Run], earlier: Sequence[Run], workers: int, speed: Speed = UNMEASURED
) -> dict[str, float]:
    """Estimates when each of several runs will start.

    Args:
        waiting: Runs that wait, the next one first.
        running: Runs that workers have.
        earlier, workers, speed: As in ``seconds``.

    Returns:
        Seconds from now for each run's id; 0 where a worker is free.
    """
    begins, _ = _course(
        [left(run, earlier, speed) for run in running],
        [left(run, earlier, speed) for run in waiting],
        workers,
        speed,
    )
    return dict(zip((run.id for run in waiting), begins, strict=True))


def left(run: Run, earlier: Sequence[Run], speed: Speed = UNMEASURED) -> float:
    """Estimates the seconds until a run that waits or trains is done if it has the machine to itself from now on."""
    if run.seconds_left is not None:  # its own pace, once an epoch has shown it
        return run.seconds_left / speed.slower(beside(run, earlier))
    return alone(run.experiment, (1.0 - run.fraction_done) * run.experiment.epochs, earlier, speed)


def alone(experiment: Experiment, epochs: float, earlier: Sequence[Run], speed: Speed = UNMEASURED) -> float:
    """Estimates the seconds that one worker takes for some epochs of an experiment, the start included."""
    return START_SECONDS + epochs * epoch(experiment, earlier, speed)


def epoch(experiment: Experiment, earlier: Sequence[Run], speed: Speed = UNMEASURED) -> float:
    """Estimates the seconds of one epoch on a machine that does nothing else.

    From the runs most like it that this machine has done: of its cell, else of any; without any, from what a step
    takes here.
    """
    usable = [run for run in earlier if _tells_of(run, experiment)][-NEWEST:]
    if not usable:
        return speed.alone * there(experiment)
    known = [run for run in usable if run.experiment.cell == experiment.cell] or usable
    unlike = [_doublings(run.experiment, experiment) for run in known]
    most_alike = [run for run, doublings in zip(known, unlike, strict=True) if doublings == min(unlike)][-COUNTED:]
    return there(experiment) * statistics.median(_times_there(run, earlier, speed) for run in most_alike)


def there(experiment: Experiment) -> float:
    """Returns the seconds of one epoch where the cells' paces were measured, on a machine that did nothing else."""
    pace = cell(experiment.cell).pace
    batch = BATCH_SECONDS
    if experiment.optimizer == "adam":
        batch += ADAM_SECONDS * experiment.vocabulary_size * experiment.embedding_size
    batches = math.ceil(experiment.training_reviews / experiment.batch_size)
    return work(experiment) * (pace.stock if _stock(experiment) else pace.fused) + batches * batch


def beside(run: Run, earlier: Sequence[Run]) -> float:
    """Returns how many runs train at once with a run that is at work, or did so while it was: the mean over its time.

    Args:
        run: It counts too.
        earlier: Runs of this machine, any state.
    """
    if not run.status.ended:
        return max(1, sum(each.status is Status.RUNNING for each in earlier))
    if run.started is None or run.ended is None or run.ended <= run.started or run.continued:
        return 1.0
    there_too = [
        min(each.ended or run.ended, run.ended) - max(each.started, run.started)
        for each in earlier
        if each.id != run.id and each.started is not None and not each.is_from_elsewhere
    ]
    return 1.0 + sum(seconds for seconds in there_too if seconds > 0) / (run.ended - run.started)


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
    """Works out when runs begin that wait, and when the last of all ends.

    Args:
        running, waiting: What each would take from now on, alone.
        workers: How many train at once.
        speed: How much they slow each other down.
    """
    now, begins, at_work, line = 0.0, [], list(running), list(waiting)[::-1]
    while at_work or line:
        while line and len(at_work) < max(workers, 1):
            begins.append(now)
            at_work.append(line.pop())
        slower, first = speed.slower(len(at_work)), min(at_work)
        now += first * slower
        at_work = [seconds - first for seconds in at_work if seconds > first]
    return begins, now


def _tells_of(run: Run, experiment: Experiment) -> bool:
    """Tells whether a run's pace says something of an experiment's: it was of this machine, and not quite another."""
    return (
        len(run.epochs) > 1  # the first also holds the compiling
        and not run.is_from_elsewhere
        and _stock(run.experiment) == _stock(experiment)
        and _doublings(run.experiment, experiment) <= UNLIKE
    )


def _doublings(one: Experiment, other: Experiment) -> int:
    """Returns how often the lesser work of two must be doubled to be the greater one's."""
    return round(abs(math.log2(work(one) / work(other))))


def _times_there(run: Run, earlier: Sequence[Run], speed: Speed) -> float:
    """Returns how many times as long a run's epoch took, had it been alone, as on the machine of the paces."""
    took = run.seconds_per_epoch or 0.0
    return took / there(run.experiment) / speed.slower(beside(run, earlier))


def _stock(experiment: Experiment) -> bool:
    # What a worker decides, but for a GPU, which nobody sees from here: there the first run teaches the pace.
    return experiment.stock_layers or experiment.recurrent_dropout > 0
