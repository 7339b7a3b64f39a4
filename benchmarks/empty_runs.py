"""Runs that train nothing: a worker that preloads this tells their events as a training does, and sleeps in between.

No TensorFlow is imported, so a machine of two cores carries dozens of such workers. Dask calls ``dask_setup`` when a
worker process starts; ``dask worker --preload benchmarks.empty_runs`` names this module.
"""

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from distributed import Worker

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, EpochEnd, Event, Started, Status
from rnn_compare.training.local.worker import kill, trim_log

__all__ = ["dask_setup", "kill", "train", "trim_log", "warm_up"]  # all that the two modules have in whose place it is

EPOCH_SECONDS = 1.0
JOB = "rnn_compare.training.job"
FIGURES = dict.fromkeys(("accuracy", "loss", "val_accuracy", "val_loss"), 0.5)
SUMMARY = "A line of a summary, as wide as Keras writes it.\n" * 20


class _Instead(MetaPathFinder):
    """Has Python load this file where the program's own training is imported, from wherever the program came."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  # Python's own
        target: ModuleType | None = None,  # noqa: ARG002  # Python's own
    ) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(JOB, __file__) if fullname == JOB else None


def dask_setup(_worker: Worker) -> None:
    """Puts this module in the place of what trains."""
    sys.meta_path.insert(0, _Instead())


def warm_up() -> None:
    """Does nothing: there is nothing to import or to compile."""


def train(run: str, experiment: Experiment, send: Callable[[Event], None], stop_asked: Callable[[], bool]) -> None:
    """Tells a training's events, as ``training.job.train`` does."""
    send(Started(run, 1000, SUMMARY, {"layers": "none"}, time.time()))
    for epoch in range(1, experiment.epochs + 1):
        time.sleep(EPOCH_SECONDS)
        if stop_asked():
            break
        send(EpochEnd(run, epoch, FIGURES, EPOCH_SECONDS))
    send(Ended(run, Status.FINISHED, None, time.time()))
