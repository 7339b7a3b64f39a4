"""Trainings: tiny ones, in this process or by an engine with workers of its own, and how they are waited for."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.worker_processes import workers_of
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, weights_file
from rnn_compare.runs.events import Ended, EpochEnd, Event, Started, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.protocol import SCHEDULER_VARIABLE
from tests.kit.waiting import until, until_ended


def tiny(**changes: Any) -> Experiment:
    usual = {"reviews": 80, "maxlen": 20, "units": 4, "embedding_size": 4, "vocabulary_size": 500, "epochs": 2}
    return Experiment(**(usual | {"batch_size": 16} | changes))


def endless(**changes: Any) -> Experiment:
    """A training that lasts longer than any test: Keras draws dropout's masks for each of many small batches."""
    return tiny(**({"reviews": 500, "epochs": 100, "batch_size": 4, "dropout": 0.2} | changes))


def train(run: str, experiment: Experiment, stop: Callable[[list[Event]], object] = lambda _: False) -> list[Event]:
    """Trains a run in this process, until ``stop`` is true of its events, and returns them."""
    from rnn_compare.training.worker import job  # Keras: only where something trains

    events: list[Event] = []
    job.train(run, experiment, events.append, lambda: bool(stop(events)))
    return events


def start_of(events: Sequence[Event]) -> Started:
    [start] = [event for event in events if isinstance(event, Started)]
    return start


def end_of(events: Sequence[Event]) -> Ended:
    end = events[-1]
    assert isinstance(end, Ended)
    return end


class ListeningStore(RunStore):
    """A record that also remembers what was written to it, and whether an epoch's weights were there by then."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.heard: list[Event] = []
        self.weights_were_there: list[bool] = []

    def record(self, events: Sequence[Event]) -> list[str]:
        failed = super().record(events)
        self.heard += events
        self.weights_were_there += [
            weights_file(event.run, "last").exists() for event in events if isinstance(event, EpochEnd)
        ]
        return failed

    def heard_of(self, run: str) -> list[Event]:
        return [event for event in self.heard if event.run == run]


@pytest.fixture(scope="session")
def training_cache(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training_cache")
    (folder / "reviews").symlink_to(prepared_cache / "reviews")
    return folder


@pytest.fixture
def in_cache(training_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What trains here or asks for what was trained; pure tests do without, and without what it has prepared."""
    monkeypatch.setenv(CACHE_VARIABLE, str(training_cache))


@contextlib.contextmanager
def running_engine(
    cache: Path, keras_home: Path, somebody_there: Callable[[], bool] = lambda: True
) -> Iterator[Engine]:
    """Runs an engine with two workers and a ``ListeningStore`` as its record; waits until the first is warm."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(cache))
        environment.setenv("RNN_COMPARE_WORKERS", "2")
        environment.setenv("KERAS_HOME", str(keras_home))
        for elsewhere in ("RNN_COMPARE_IMDB", SCHEDULER_VARIABLE):  # set where an engine of another test uses a cluster
            environment.delenv(elsewhere, raising=False)
        environment.setenv("OMP_NUM_THREADS", "8")  # as a batch system may have it
        environment.setattr(RunStore, "busy_seconds", 0.3)
        store = ListeningStore(cache / "runs.db")
        engine = Engine(store, "command line", somebody_there)
        engine.start()
        until(lambda: engine.state.phase != "starting")
    yield engine
    engine.close()
    store.close()


def worker_processes() -> list[psutil.Process]:
    return workers_of(psutil.Process())


def until_ready(engine: Engine, workers: int) -> None:
    """Waits for workers; they import TensorFlow and compile kernels."""
    try:
        until(lambda: sum(worker.ready for worker in engine.workers()) >= workers)
    except AssertionError as error:
        raise AssertionError(f"{engine.state.reason} {engine.workers()}") from error


def long(**changes: Any) -> Any:
    """A training of some seconds, time enough to break something."""
    return tiny(**({"cell": "LSTM", "dropout": 0.2, "reviews": 1500, "epochs": 8} | changes))


def finished(engine: Engine, record: ListeningStore, runs: list[str]) -> list[Run]:
    until_ended(engine, runs)
    ended = record.runs(runs)
    assert [(run.status, run.reason) for run in ended] == [(Status.FINISHED, None)] * len(runs)
    assert [len(run.epochs) for run in ended] == [run.experiment.epochs for run in ended]
    return ended


def epochs_told(record: ListeningStore, run: str) -> list[int]:
    return [event.epoch for event in record.heard_of(run) if isinstance(event, EpochEnd)]
