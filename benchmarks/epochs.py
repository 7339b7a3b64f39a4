"""Epochs of one network, timed, for the benchmarks of speed. Import it before NumPy and TensorFlow."""

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rnn_compare.training.local.fork_server import ENVIRONMENT

# Both are read when a process begins, so this one begins once more. OPENBLAS_CORETYPE, which some set for equal results
# on unequal machines, keeps our products from what the processor could do, and none of TensorFlow's and PyTorch's: it
# is left out, for both sides are to have the same processor.
if not ENVIRONMENT.items() <= os.environ.items() or "OPENBLAS_CORETYPE" in os.environ:
    os.environ.pop("OPENBLAS_CORETYPE", None)
    os.execve(sys.executable, sys.orig_argv, os.environ | ENVIRONMENT)

import keras

from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Split
from rnn_compare.training.worker.fitting import fit

Epoch = Callable[[], None]
MOST_EPOCHS = 100


@dataclass(frozen=True)
class Times:
    """Medians: seconds on the clock and of the processor, and their ratios to the first kind's."""

    seconds: float
    processor_seconds: float
    ratio: float
    processor_ratio: float


def reviews_for(experiment: Experiment) -> Split:
    """Returns an experiment's reviews, padded."""
    return prepared.load(experiment.source).padded(experiment)


def keras_epoch(experiment: Experiment, split: Split, fused: bool) -> Epoch:
    """Returns a function that trains a new network for one more epoch of a single long fit, validation included.

    The first epoch, which traces and builds pipelines, is over when this returns.

    Args:
        experiment: The network and its training.
        split: Its reviews.
        fused: By our kernels.
    """
    model = keras_models.build(experiment, FusedNetwork if fused else keras.Sequential)
    turns = Turns()
    threading.Thread(target=_fit, args=(model, experiment, split, turns), daemon=True).start()
    turns.wait()
    turns.next()
    return turns.next


class Turns(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not followed by mypy
    """Lets a fit in a thread of its own train one epoch at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._go, self._waiting = threading.Semaphore(0), threading.Semaphore(0)

    def wait(self) -> None:
        """Returns when the fit waits before its next epoch."""
        self._waiting.acquire()

    def next(self) -> None:
        """Lets the fit train one epoch, and returns when it waits again."""
        self._go.release()
        self.wait()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Waits for the fit's turn."""
        self._waiting.release()
        self._go.acquire()


def _fit(model: keras.Model, experiment: Experiment, split: Split, turns: Turns) -> None:
    fit(model, *split.batches(experiment.model_copy(update={"epochs": MOST_EPOCHS})), [turns])


def in_turns(kinds: Mapping[str, Epoch], rounds: int) -> dict[str, Times]:
    """Times an epoch of every kind in each round, so that a busy machine is unfair to none; ratios are to the first."""
    measured: list[dict[str, tuple[float, float]]] = [
        {kind: _timed(epoch) for kind, epoch in kinds.items()} for _ in range(rounds)
    ]
    first = next(iter(kinds))

    def ratio(kind: str, which: int) -> float:
        return statistics.median(times[kind][which] / times[first][which] for times in measured)

    def seconds(kind: str, which: int) -> float:
        return statistics.median(times[kind][which] for times in measured)

    return {kind: Times(seconds(kind, 0), seconds(kind, 1), ratio(kind, 0), ratio(kind, 1)) for kind in kinds}


def _timed(epoch: Epoch) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    epoch()
    return time.perf_counter() - wall, time.process_time() - processor
